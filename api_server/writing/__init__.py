"""From a question to a script that passed its checks, and to another one when it did not do."""
