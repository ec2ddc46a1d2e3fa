"""The jail: the zygote, its one-shot children, and what the server needs to start them."""
