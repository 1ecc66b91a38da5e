"""What the operating system gives, and the appliance's own health. This room imports no other."""
