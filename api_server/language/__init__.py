"""What a question says, part by part: symbols, periods, figures, words. Chooses no answer."""
