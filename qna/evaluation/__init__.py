"""`qna eval`: a set of questions with known answers, asked and scored."""
