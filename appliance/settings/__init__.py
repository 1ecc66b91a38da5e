"""All that a person may set: in a file on the card, and with the buttons. What is wrong is said in one sentence."""
