"""A hospital's first day: token, push, push again, other content, watch, cancel.

    ./client.sh      generates the client from the contract's .proto and runs this file

Ends with 0 when every answer is what the contract says. Settings: TCM_HTTP, TCM_GRPC, TCM_CLIENT, TCM_SECRET.
"""

import base64
import datetime
import json
import os
import queue
import random
import threading
import time
import urllib.parse
import urllib.request

import grpc
import prescriptions_pb2 as rx
import prescriptions_pb2_grpc

HTTP = os.environ.get("TCM_HTTP") or "http://localhost:8080"
GRPC = os.environ.get("TCM_GRPC") or "localhost:8081"
CLIENT = os.environ.get("TCM_CLIENT") or "his-1"
SECRET = os.environ.get("TCM_SECRET") or "dev-only-his-1"


class AccessTokens:
    """OAuth 2.0 client credentials; a token is kept until shortly before it ends."""

    MARGIN = 120

    def __init__(self):
        self._lock = threading.Lock()
        self._token, self._until = "", 0.0

    def forget(self):
        """The platform does not take it any more; the next call asks for another."""
        self._until = 0.0

    def headers(self):
        with self._lock:
            if time.time() >= self._until - self.MARGIN:
                pair = ":".join(urllib.parse.quote(part, safe="") for part in (CLIENT, SECRET))
                request = urllib.request.Request(
                    HTTP.rstrip("/") + "/oauth/token",
                    data=b"grant_type=client_credentials",
                    headers={
                        "authorization": "Basic " + base64.b64encode(pair.encode()).decode(),
                        "content-type": "application/x-www-form-urlencoded",
                    },
                )
                with urllib.request.urlopen(request, timeout=10) as response:
                    answer = json.load(response)
                self._token, self._until = answer["access_token"], time.time() + answer["expires_in"]
            return (("authorization", "Bearer " + self._token),)


# The written retry contract (docs/integration/retry.md) as code.
MOST_ATTEMPTS, FIRST, LONGEST, DEADLINE = 10, 0.2, 30.0, 10
REPEATABLE = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.CANCELLED,
}


def code_of(refusal):
    return dict(refusal.trailing_metadata() or ()).get("tcm-code", "")


def may_be_repeated(refusal):
    if refusal.code() == grpc.StatusCode.RESOURCE_EXHAUSTED:
        return code_of(refusal) in ("", "GEN-0009")  # too many calls, not too large a message
    return refusal.code() in REPEATABLE


def pause_after(attempt):
    """Full jitter, so that a thousand hospitals do not come back as one."""
    return random.uniform(0, min(LONGEST, FIRST * 2**attempt))


class Hospital:
    def __init__(self, channel):
        self._service = prescriptions_pb2_grpc.PrescriptionServiceStub(channel)
        self._tokens = AccessTokens()

    def push(self, prescription):
        return self._repeat(self._service.Push, rx.PushRequest(prescription=prescription))

    def cancel(self, key, reason):
        return self._repeat(self._service.Cancel, rx.CancelRequest(key=key, reason=reason))

    def _repeat(self, call, request):
        """The same call until it is answered: same key, same content, each attempt with a deadline of its own."""
        for attempt in range(1, MOST_ATTEMPTS + 1):
            try:
                return call(request, metadata=self._tokens.headers(), timeout=DEADLINE)
            except grpc.RpcError as refusal:
                if attempt == 1 and refusal.code() == grpc.StatusCode.UNAUTHENTICATED:
                    self._tokens.forget()
                    continue
                if attempt == MOST_ATTEMPTS or not may_be_repeated(refusal):
                    raise
                time.sleep(pause_after(attempt))

    def watch(self, resume_token="", opened=lambda token: None):
        """Every change after the token, each once, over any number of broken streams.

        Keep each change's resume_token in the same transaction as what the change did to your own records.
        """
        attempt = 0
        while True:
            call = self._service.Watch(rx.WatchRequest(resume_token=resume_token), metadata=self._tokens.headers())
            try:
                if not resume_token:
                    resume_token = dict(call.initial_metadata()).get("tcm-resume-token", "")
                    opened(resume_token)
                for change in call:
                    attempt, resume_token = 0, change.resume_token
                    yield change
            except grpc.RpcError as refusal:
                if not may_be_repeated(refusal):
                    raise
            attempt += 1
            time.sleep(pause_after(attempt))


def sample(his_number):
    p = rx.Prescription(
        his_number=his_number,
        revision=1,
        visit=rx.VISIT_KIND_OUTPATIENT,
        department="中医内科",
        syndrome_code="B04.03.01.03.01",
        syndrome_name="脾气虚证",
        treatment_principle="益气健脾",
        doses=7,
        doses_per_day=1,
        packs_per_dose=2,
        millilitres_per_pack=200,
        route=rx.ROUTE_ORAL,
        decoct=True,
        usage="每日1剂,水煎400ml,分早晚两次温服",
        fee_fen=12600,
        fee_kind=rx.FEE_KIND_SELF_PAID,
    )
    p.patient.identity_number = "330102198506151211"
    p.patient.name = "王志远"
    p.patient.sex = rx.SEX_MALE
    p.patient.birth_date = "1985-06-15"
    p.patient.pregnant = p.patient.lactating = rx.TRI_STATE_NO
    p.prescriber.practitioner_code = "DTCM0000101"
    p.prescriber.name = "陈文清"
    p.delivery.region_code = "330102"
    p.delivery.address = "解放路 1 号"
    for name, grams in [("党参", 9), ("麸炒白术", 9), ("茯苓", 9), ("炙甘草", 6)]:
        p.lines.add(name=name, milligrams_per_dose=grams * 1000)
    p.issued_at.FromDatetime(datetime.datetime.now(datetime.timezone.utc))
    return p


def same(holds):
    if not holds:
        raise SystemExit("The platform did not answer as the contract says.")
    return holds


def main():
    with grpc.insecure_channel(GRPC) as channel:
        hospital = Hospital(channel)
        is_open, changes = threading.Event(), queue.Queue()

        def opened(token):
            print("watch     open from", token)
            is_open.set()

        def watch():
            try:
                for change in hospital.watch(opened=opened):
                    changes.put(change)
            except (grpc.RpcError, ValueError):
                pass  # the channel was closed at the end

        threading.Thread(target=watch, daemon=True).start()
        same(is_open.wait(120))

        p = sample(f"PY-{time.time_ns() // 1_000_000}")
        first = hospital.push(p)
        print("push     ", first.his_number, rx.State.Name(first.state), len(first.audit.findings), "findings, id", first.prescription_id)

        again = hospital.push(p)
        print("again     the same answer:", same(again == first))

        other = rx.Prescription()
        other.CopyFrom(p)
        other.doses = 5
        try:
            hospital.push(other)
            same(False)
        except grpc.RpcError as refusal:
            print("conflict ", refusal.code().name, code_of(refusal))
            same(refusal.code() == grpc.StatusCode.ALREADY_EXISTS and code_of(refusal) == "PRX-0201")

        key = rx.PrescriptionKey(his_number=p.his_number, revision=p.revision)
        cancelled = hospital.cancel(key, "患者改约")
        print("cancel   ", rx.CancelOutcome.Name(cancelled.outcome), rx.State.Name(cancelled.state))
        # An attempt whose answer was lost has cancelled it already.
        same(cancelled.outcome in (rx.CANCEL_OUTCOME_CANCELLED, rx.CANCEL_OUTCOME_ALREADY_CANCELLED))
        twice = hospital.cancel(key, "患者改约")
        print("again    ", rx.CancelOutcome.Name(twice.outcome))
        same(twice.outcome == rx.CANCEL_OUTCOME_ALREADY_CANCELLED)

        while True:
            change = changes.get(timeout=120)
            if change.prescription_id == first.prescription_id:
                print("watch    ", rx.State.Name(change.state), change.reason)
                if change.state == rx.STATE_CANCELLED:
                    return


if __name__ == "__main__":
    main()
