"""Whether somebody signed it who may: ssh-keygen verifies, in a namespace for each kind of thing that is signed."""

import subprocess
import tempfile
from pathlib import Path

SIGNER = "release"
"""Whose key it must be, in the list of those that may sign."""
SIGNERS = Path("/etc/han-appliance-update/allowed_signers")
"""That list, on the image (ssh-keygen(1), "ALLOWED SIGNERS")."""
VERIFY_S = 60.0


def is_signed(told: bytes, signature: bytes, signers: Path, namespace: str) -> bool:
    """Return whether one of the signers signed it (ssh-keygen(1), "-Y verify"). Raise OSError without the program."""
    with tempfile.NamedTemporaryFile(suffix=".sig") as file:
        file.write(signature)
        file.flush()
        command = ["ssh-keygen", "-Y", "verify", "-f", str(signers), "-I", SIGNER, "-n", namespace, "-s", file.name]
        try:
            done = subprocess.run(command, input=told, capture_output=True, check=False, timeout=VERIFY_S)
        except subprocess.TimeoutExpired:
            return False
    return done.returncode == 0
