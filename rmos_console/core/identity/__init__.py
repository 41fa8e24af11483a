"""Reviewers' keys on this machine, and the acts that people sign with them.

Passphrases and private keys never reach a message, a log, or a file in the clear.
"""

from rmos_console.core.identity.acts import accept_head_act, enrol_act, policy_act, recover_act, rekey_act, revoke_act
from rmos_console.core.identity.attempts import failures
from rmos_console.core.identity.keys import (
    MAX_KEY_FILE,
    KeyFacts,
    adopt_key,
    create_key,
    forget_key,
    install_key,
    key_file,
    local_key,
    local_people,
    read_key,
    unlock,
)
from rmos_console.core.identity.passphrase import MAX_PASSPHRASE, MIN_PASSPHRASE, SCRYPT_COST, check_passphrase
from rmos_console.core.identity.recovery import RECOVERY_GROUPS, RecoveryCode, recovery_code, recovery_key
from rmos_console.core.identity.signer import Signer
from rmos_console.core.review.acts import check_act, check_name

__all__ = [
    "MAX_KEY_FILE",
    "MAX_PASSPHRASE",
    "MIN_PASSPHRASE",
    "RECOVERY_GROUPS",
    "SCRYPT_COST",
    "KeyFacts",
    "RecoveryCode",
    "Signer",
    "accept_head_act",
    "adopt_key",
    "check_act",
    "check_name",
    "check_passphrase",
    "create_key",
    "enrol_act",
    "failures",
    "forget_key",
    "install_key",
    "key_file",
    "local_key",
    "local_people",
    "policy_act",
    "read_key",
    "recover_act",
    "recovery_code",
    "recovery_key",
    "rekey_act",
    "revoke_act",
    "unlock",
]
