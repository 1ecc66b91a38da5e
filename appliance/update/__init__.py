"""A newer system beside the running one, tried once, and kept only when it does what the old one did.

Only the SD-card image has this. Its card has two systems, `a` and `b`, each a folder of the boot partition and a slot
for a root. `config.txt` names the one that starts; `tryboot.txt` names the other, for one start. A bundle is verified
and written over the system that does not run (`install`); the Pi then starts that one once, and the new system itself
makes the choice lasting when it is well (`trial`). Whatever ends it before, a crash, a power cut, a kernel that never
comes, the next start is the old system's. `card` has the two systems, `manifest` what a bundle says of itself,
`outcome` what is remembered.
"""
