"""All that a person may set: in a file on the card, and with the buttons. Each mistake is named in one sentence."""
