"""What a system needs beside the program: systemd units, a user, device rules, and on the card a network."""
