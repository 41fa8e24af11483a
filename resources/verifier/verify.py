#!/usr/bin/env python3
"""Verifies a copy of an RMOS Console store without that program: python3 verify.py [BUNDLE.zip | FOLDER]

It needs nothing but Python 3.8 or newer. Without an argument it verifies the folder it lies in. With --against FILE it
holds the ledger against a checkpoint noted earlier. It ends with 0 if nothing is wrong, with 1 if something is, and
with 2 if it could not look. Signatures are checked if the package "cryptography" is installed, and it says so.
"""

import hashlib
import json
import re
import sys
import zipfile
from pathlib import Path

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    Ed25519PublicKey = None

DOMAIN = b"rmos-ledger-1\n"
SUFFIX, SUFFIX_BYTES = re.compile(rb',"digest":"([0-9a-f]{64})"\}'), 77
LARGEST = 256 * 1024 * 1024
MEANINGS = {"approved": "The explanation is right", "rejected": "The explanation is wrong"}
MEANINGS["withdrawn"] = "I take my decision back"
MALFORMED = (KeyError, TypeError, AttributeError, ValueError, IndexError)


class CannotLookError(Exception):
    """Nothing to verify, or unreadable."""


class Copy:
    """A folder or a zip file; its parts are read by name and nothing is ever written or unpacked."""

    def __init__(self, path):
        self.zip = None
        self.root = Path(path)
        if self.root.is_dir():
            files = [each for each in self.root.rglob("*") if each.is_file() and not each.is_symlink()]
            self.names = {each.relative_to(self.root).as_posix() for each in files}
            return
        try:
            self.zip = zipfile.ZipFile(self.root)
        except (OSError, zipfile.BadZipFile) as error:
            raise CannotLookError(f"{path} is neither a folder nor a zip file that can be read ({error})") from error
        self.names = set(self.zip.namelist())
        if len(self.zip.namelist()) != len(self.names):
            raise CannotLookError("the zip file holds one name twice, which no bundle does")

    def read(self, name):
        if name not in self.names:
            return None
        try:
            if self.zip is None:
                return (self.root / name).read_bytes()
            with self.zip.open(name) as file:
                data = file.read(LARGEST + 1)
        except Exception as error:  # whatever a damaged or hostile file makes the library raise
            raise CannotLookError(f"{name} cannot be read ({error})") from error
        if len(data) > LARGEST:
            raise CannotLookError(f"{name} is larger than anything in a store")
        return data


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode("utf-8")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Chain:
    """Replays a ledger from its first line and collects what is wrong."""

    def __init__(self, copy):
        self.copy = copy
        self.findings, self.notices = [], []
        self.place = "store.json"
        self.store_id, self.closed, self.policy, self.events = None, False, 1, []
        self.seq, self.digest, self.digests = 0, "0" * 64, {}
        self.transactions, self.blobs, self.recovered = set(), {}, set()
        self.runs, self.assets, self.attached, self.people = {}, {}, set(), {}
        self.human = self.automatic = self.signatures = 0

    def wrong(self, message):
        self.findings.append(f"{self.place}: {message}")

    def run(self):
        try:
            self.store_id = json.loads(self.copy.read("store.json"))["store_id"]
        except (*MALFORMED, RecursionError) as error:
            raise CannotLookError("there is no store.json that can be read; is this a bundle of a store?") from error
        segments = sorted(name for name in self.copy.names if re.fullmatch(r"ledger/\d{6}\.jsonl", name))
        for number, name in enumerate(segments, start=1):
            if name != f"ledger/{number:06}.jsonl":
                self.place = name
                self.wrong("a segment before this one is missing")
            self.segment(name, last=name == segments[-1])
        if self.seq == 0:
            self.wrong("there is no line in the ledger")
        self.beside()

    def segment(self, name, last):
        *lines, torn = self.copy.read(name).split(b"\n")
        offset, self.closed = 0, False
        for line in lines:
            self.place = f"{name}, byte {offset}"
            if self.closed:
                self.wrong("a line stands behind the one that closes the segment")
            self.line(line)
            offset += len(line) + 1
        self.place = f"{name}, byte {offset}"
        if torn and last:
            self.notices.append(f"{self.place}: {len(torn)} bytes of an unfinished write, which was never acknowledged")
        elif torn:
            self.wrong("the line is cut off")
        elif not last and not self.closed:
            self.wrong("the segment does not end in the line that closes it")

    def line(self, data):
        body, suffix = data[:-SUFFIX_BYTES], SUFFIX.fullmatch(data[-SUFFIX_BYTES:])
        if suffix is None:
            self.wrong("the line does not end in its digest")
            return
        if sha256(DOMAIN + body) != suffix.group(1).decode():
            self.wrong("the digest does not match the bytes of the line")
            return
        try:
            record = json.loads(body + b"}")
            if canonical(record)[:-1] != body:
                self.wrong("the line is not in canonical form")
            if record["prev"] != self.digest or record["seq"] != self.seq + 1:
                self.wrong(f"the chain breaks: line {record['seq']} does not follow line {self.seq}")
            for transaction in record["transactions"]:
                self.transaction(transaction, record["seq"])
            self.seq, self.digest = record["seq"], suffix.group(1).decode()
        except (*MALFORMED, RecursionError) as error:
            self.wrong(f"the line is malformed ({type(error).__name__})")
            return
        self.digests[self.seq] = self.digest

    def transaction(self, transaction, seq):
        if transaction["id"] in self.transactions:
            self.wrong(f"the transaction {transaction['id']} stands twice")
        self.transactions.add(transaction["id"])
        if seq == 1 and transaction["events"][0].get("store_id") != self.store_id:
            self.wrong("the ledger does not begin with the creation of this store")
        self.events = transaction["events"]
        self.closed = self.events[-1]["kind"] == "segment.closed"
        self.recovered |= {event["file"] for event in self.events if event["kind"] == "store.recovered"}
        for event in self.events:
            take = getattr(self, "take_" + event["kind"].replace(".", "_"), None)
            if take is not None:
                take(event)
            if event["kind"] == "advisory.attached":
                self.attached.add((event["run_id"], event["ref"]["advisory_id"]))
            for name in (*references(event), *named(event)):
                self.blobs.setdefault(name, self.place)

    def resolved(self, value):
        if isinstance(value, list):
            return [self.resolved(item) for item in value]
        if not isinstance(value, dict) or "$blob" not in value:
            return {key: self.resolved(item) for key, item in value.items()} if isinstance(value, dict) else value
        data = self.copy.read(blob_file(value["$blob"])) or b"null"
        return data.decode("utf-8") if value["type"] == "text" else json.loads(data)

    def beside(self):
        present = {name for name in self.copy.names if name.startswith("blobs/")}
        for digest, place in sorted(self.blobs.items()):
            self.place = place
            if not re.fullmatch("[0-9a-f]{64}", str(digest)) or blob_file(digest) not in present:
                self.wrong(f"the blob {digest} is named here and missing")
        for name in sorted(present):
            self.place = name
            if sha256(self.copy.read(name)) != name[-64:] or name != blob_file(name[-64:]):
                self.wrong("the bytes do not match the name")
        for name in sorted(self.recovered):
            self.place = f"quarantine/{name}"
            data = self.copy.read(self.place)
            if data is None or sha256(data) != name[-64:]:
                self.wrong("the ledger names these bytes, and they are missing or changed")

    def against(self, file):
        """Hold the ledger against a checkpoint; returns what to say about it."""
        text = "\n".join(line.strip() for line in Path(file).read_text(encoding="utf-8").splitlines())
        head = re.match(r"\s*store (\S+)\nline (\d{1,18})\ndigest ([0-9a-f]{64})(?:\n|$)", text)
        if head is None:
            raise CannotLookError(f"{file} is no checkpoint")
        self.place, seq, digest = "ledger", int(head.group(2)), head.group(3)
        if head.group(1) != self.store_id:
            raise CannotLookError(f"{file} is a checkpoint of another store")
        if seq > self.seq:
            self.wrong(f"it was cut off: the checkpoint saw line {seq}, and it ends at line {self.seq}")
        elif self.digests.get(seq) != digest:
            self.wrong(f"it was rewritten: line {seq} is not the one that the checkpoint saw")
        return f"Checkpoint: line {seq}"


class Verifier(Chain):
    """Judges each kind of event by what came before it."""

    def take_run_sealed(self, event):
        run = event["run"]
        if sha256(canonical(run)) != event["run_sha256"]:
            self.wrong(f"the run {run['run_id']} does not match its run_sha256")
        if run["run_id"] in self.runs:
            self.wrong(f"the run {run['run_id']} is sealed twice")
        self.runs[run["run_id"]] = event["run_sha256"]

    def take_advisory_sealed(self, event):
        name, asset = event["advisory_id"], event["asset"]
        if sha256(canonical(asset)) != event["asset_sha256"]:
            self.wrong(f"the advisory {name!r} does not match its asset_sha256")
        if name in self.assets:
            self.wrong(f"the advisory {name!r} is sealed twice")
        text = self.resolved(asset["text"])
        if text is None:
            text = json.dumps(self.resolved(asset["content"]), sort_keys=True, indent=2, ensure_ascii=False)
        if sha256(text.encode("utf-8")) != event["text_sha256"]:
            self.wrong(f"the text of the advisory {name!r} does not match its text_sha256")
        self.assets[name] = (event["asset_sha256"], event["text_sha256"])

    def bound(self, decision, what):
        about = decision["run_id"], decision["advisory_id"]
        if about not in self.attached or decision["run_sha256"] != self.runs.get(about[0]):
            self.wrong(f"{what} names another run than the ledger holds, or one that does not carry the text")
        elif (decision["advisory_sha256"], decision["text_sha256"]) != self.assets.get(about[1]):
            self.wrong(f"{what} names another text than the ledger holds")

    def take_review_approved(self, event):
        self.human += event["kind"] != "review.withdrawn"
        decision, person = event["decision"], self.people.get(event["decision"]["person_id"])
        what = f"the decision {decision['decision_id']}"
        self.bound(decision, what)
        if decision["store_id"] != self.store_id:
            self.wrong(f"{what} was signed for another store")
        if event["kind"] != "review." + decision["verb"] or decision["meaning"] != MEANINGS[decision["verb"]]:
            self.wrong(f"{what} says something else than its verb means")
        seen = decision["seen"]
        if seen["seq"] > self.seq or self.digests.get(seen["seq"], seen["digest"]) != seen["digest"]:
            self.wrong(f"{what} was made looking at a line that this ledger does not hold")
        if decision["policy_version"] != self.policy:
            self.wrong(f"{what} names policy {decision['policy_version']}, but {self.policy} was in force")
        if person is None or person["revoked"]:
            self.wrong(f"{what} is by {decision['person_id']!r}, who could not decide then")
        elif person["name"] != decision["person_name"]:
            self.wrong(f"{what} is signed as {decision['person_name']!r}, but that person is {person['name']!r}")
        else:
            self.signed(decision, [person["key"]], what)

    take_review_rejected = take_review_approved
    take_review_withdrawn = take_review_approved

    def take_review_auto_approved(self, event):
        self.automatic += 1
        decision = event["decision"]
        what = f"the automatic approval of {decision['advisory_id']!r}"
        self.bound(decision, what)
        made = [each for each in self.events if each["kind"] == "explanation.ready" and each["attempt"]]
        if decision["advisory_id"] not in [each["advisory_id"] for each in made]:
            self.wrong(f"{what} is not of a text made in the same transaction")
        if decision["actor"] != "system:auto_explanation_green" or decision["policy_version"] != self.policy:
            self.wrong(f"{what} does not follow from the policy that was in force")

    def take_reviewer_enrolled(self, event):
        act, about = event["act"], event["act"]["person"]
        if about["id"] in self.people:
            self.wrong(f"{about['id']!r} is enrolled twice")
        first = {"name": about["name"], "key": act["public_key"], "role": about["role"], "revoked": False}
        if not self.people and act["by"] == about["id"]:
            self.people[about["id"]] = first
        self.act(act)
        self.people[about["id"]] = {**first, "recovery": act.get("recovery_public_key")}

    def take_reviewer_rekeyed(self, event):
        act, person = event["act"], self.people[event["act"]["person"]["id"]]
        if act["verb"] == "recover" or act["by"] == act["person"]["id"]:
            self.signed(act, [person["recovery" if act["verb"] == "recover" else "key"]], "the new key of a person")
        else:
            self.act(act)
        person.update(key=act["public_key"], recovery=act.get("recovery_public_key") or person["recovery"])

    def take_reviewer_revoked(self, event):
        self.act(event["act"])
        self.people[event["act"]["person"]["id"]]["revoked"] = True

    def take_policy_set(self, event):
        self.act(event["act"])
        if canonical(event["policy"]) != canonical(event["act"]["policy"]):
            self.wrong("the policy in force is not the one that was signed")
        self.policy = event["policy"]["version"]

    def take_store_rolled_back(self, event):
        act, lost = event["act"], event["act"]["lost"]
        self.act(act)
        if act["verb"] != "accept-head" or act["head"] != {"seq": self.seq, "digest": self.digest}:
            self.wrong("an older copy was accepted, and its head is not the line before")
        if lost["digest"] and self.digests.get(lost["seq"]) == lost["digest"]:
            self.wrong(f"line {lost['seq']} is called lost and is here")
        self.notices.append(f"{self.place}: {act['by']} accepted an older copy; line {lost['seq']} had been there")

    def act(self, act):
        what, signer = f"the act {act['verb']!r}", self.people.get(act["by"])
        if act["store_id"] != self.store_id:
            self.wrong(f"{what} was signed for another store")
        if signer is None or signer["revoked"] or signer["role"] != "admin":
            self.wrong(f"{what} is by {act['by']!r}, who was no admin then")
        else:
            self.signed(act, [signer["key"]], what)

    def take_checkpoint_signed(self, event):
        noted, person = event["checkpoint"], self.people.get(event["checkpoint"]["person_id"], {"key": None})
        if self.digests.get(noted["seq"]) != noted["digest"] or noted["store_id"] != self.store_id:
            self.wrong("a checkpoint was signed over a line that this ledger does not hold")
        document = {"verb": "checkpoint", "by": noted["person_id"], "name": noted["person_name"]}
        document.update((key, noted[key]) for key in ("store_id", "seq", "digest", "at_utc", "signature"))
        self.signed(document, [person["key"]], "the checkpoint")

    def signed(self, document, keys, what):
        """Check an Ed25519 signature over the canonical document without its signature, by any of some keys."""
        if Ed25519PublicKey is None:
            return
        body = canonical({key: value for key, value in document.items() if key != "signature"})
        for key in keys:
            try:
                signature = bytes.fromhex(document["signature"])
                Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, body)
            except (InvalidSignature, *MALFORMED):
                continue
            self.signatures += 1
            return
        self.wrong(f"the signature of {what} does not hold")


def references(value):
    """Yield the names of the blobs that stand for large values."""
    if isinstance(value, dict) and "$blob" in value:
        yield value["$blob"]
    if isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from references(item)


def named(event):
    """Yield the names of the blobs that hold files and originals; an import may name files its source had lost."""
    if event["kind"] == "run.sealed":
        source = event["run"]["source"]
        if source.get("pack"):
            yield source["pack"]["sha256"]
        if source["format"] in ("create", "http"):
            yield from (attachment["sha256"] for attachment in event["run"]["attachments"])
    elif event["kind"] == "attachment.added":
        yield event["attachment"]["sha256"]
    elif event["kind"] == "import.completed":
        yield from (conflict["blob_sha256"] for conflict in event["conflicts"])


def blob_file(digest):
    return f"blobs/{digest[:2]}/{digest[2:4]}/{digest}"


def say(line):
    shown = "".join(each if each.isprintable() else f"<U+{ord(each):04X}>" for each in line)
    sys.stdout.buffer.write((shown + "\n").encode("utf-8", "backslashreplace"))


def main(arguments):
    against = None
    if "--against" in arguments:
        at = arguments.index("--against")
        against = arguments[at + 1] if len(arguments) > at + 1 else ""
        del arguments[at : at + 2]
    if len(arguments) > 1 or "--help" in arguments:
        say("usage: verify.py [BUNDLE.zip | FOLDER] [--against CHECKPOINT]")
        return 2
    try:
        verifier = Verifier(Copy(arguments[0] if arguments else Path(__file__).resolve().parent))
        verifier.run()
        held = verifier.against(against) if against is not None else "Checkpoint: none given; lines cut off do not show"
    except (CannotLookError, OSError, UnicodeDecodeError) as error:
        say(f"CANNOT VERIFY: {error}")
        return 2
    for line in [f"WRONG  {each}" for each in verifier.findings] + [f"note   {each}" for each in verifier.notices]:
        say(line)
    say(f"Store: {verifier.store_id}   Head: line {verifier.seq}, digest {verifier.digest}")
    say(f"Runs: {len(verifier.runs)}   Texts: {len(verifier.assets)}   Blobs: {len(verifier.blobs)}")
    say(f"Decisions by people: {verifier.human}   By the policy: {verifier.automatic}   {held}")
    unchecked = "NOT CHECKED: there is no package cryptography here"
    say(f"Signatures: {unchecked if Ed25519PublicKey is None else str(verifier.signatures) + ' checked and good'}")
    say("NOT INTACT" if verifier.findings else "INTACT")
    return 1 if verifier.findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
