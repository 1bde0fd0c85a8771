"""Pushes one prescription as a hospital's system would, from a language that shares nothing with the platform.

    ./push.sh        generates the client from the contract's .proto and runs this file

The demo hospital his-1 signs in, asks for an audit, pushes, pushes the same again and reads the present state.
"""

import base64
import datetime
import json
import os
import time
import urllib.request

import grpc
import prescriptions_pb2 as rx
import prescriptions_pb2_grpc

HTTP = os.environ.get("TCM_HTTP", "http://localhost:8080")
GRPC = os.environ.get("TCM_GRPC", "localhost:8081")


def token(client, secret):
    basic = base64.b64encode(f"{client}:{secret}".encode()).decode()
    request = urllib.request.Request(
        HTTP + "/oauth/token",
        data=b"grant_type=client_credentials",
        headers={"authorization": "Basic " + basic, "content-type": "application/x-www-form-urlencoded"},
    )
    with urllib.request.urlopen(request) as response:
        return json.load(response)["access_token"]


def prescription():
    p = rx.Prescription(
        his_number=f"FIRST-{int(time.time())}",
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


def main():
    call = {"metadata": (("authorization", "Bearer " + token("his-1", "dev-only-his-1")),), "timeout": 10}
    with grpc.insecure_channel(GRPC) as channel:
        service = prescriptions_pb2_grpc.PrescriptionServiceStub(channel)
        p = prescription()

        audit = service.Audit(rx.AuditRequest(prescription=p), **call).audit
        print(f"audit: {len(audit.findings)} findings, rules {audit.release}")
        for finding in audit.findings:
            print(f"  {rx.Severity.Name(finding.severity)} {finding.rule_id}: {finding.text_zh} ({finding.source})")

        first = service.Push(rx.PushRequest(prescription=p), **call)
        print(f"push:  {first.prescription_id} {rx.State.Name(first.state)}")

        again = service.Push(rx.PushRequest(prescription=p), **call)
        print(f"again: the same answer: {again == first}")

        p.doses = 5
        try:
            service.Push(rx.PushRequest(prescription=p), **call)
        except grpc.RpcError as refused:
            code = dict(refused.trailing_metadata()).get("tcm-code")
            print(f"other content under the same number: {refused.code().name} {code}")

        view = service.Get(rx.GetRequest(prescription_id=first.prescription_id), **call)
        print(f"now:   {rx.State.Name(view.state)}")


if __name__ == "__main__":
    main()
