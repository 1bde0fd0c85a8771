"""A hospital's system that shares nothing with .NET: Debian's python3-grpcio through the gateway. Fails loudly if a behaviour is not there.

usage: stranger.py STUBS TARGET PRESCRIPTION CHECK
STUBS is the folder of the generated modules, PRESCRIPTION a file with one good prescription (protobuf); the tokens of two hospitals are in
OWN_TOKEN and OTHER_TOKEN.
"""

import os
import sys
import uuid

sys.path.insert(0, sys.argv[1])

import grpc  # noqa: E402
import prescriptions_pb2 as pb  # noqa: E402
import prescriptions_pb2_grpc  # noqa: E402
import health_pb2  # noqa: E402
import health_pb2_grpc  # noqa: E402
import reflection_pb2  # noqa: E402
import reflection_pb2_grpc  # noqa: E402
import rich_error_pb2  # noqa: E402
from google.protobuf import descriptor_pb2  # noqa: E402

PATIENCE = 120
OWN = (("authorization", f"Bearer {os.environ['OWN_TOKEN']}"),)
OTHER = (("authorization", f"Bearer {os.environ['OTHER_TOKEN']}"),)
with open(sys.argv[3], "rb") as file:
    GOOD = file.read()


def expect(actual, wanted):
    if actual != wanted:
        raise AssertionError(f"expected {wanted!r}, got {actual!r}")


def failure_of(action, code):
    try:
        action()
    except grpc.RpcError as error:
        expect(error.code(), code)
        return error
    raise AssertionError("the call succeeded")


def prescription():
    made = pb.Prescription.FromString(GOOD)
    made.his_number = f"PY-{uuid.uuid4().hex}"
    return made


def pushed(service):
    made = prescription()
    return made, service.Push(pb.PushRequest(prescription=made), timeout=PATIENCE, metadata=OWN)


def push(service, channel):
    made, reply = pushed(service)
    expect((reply.his_number, reply.revision, reply.state), (made.his_number, 1, pb.STATE_APPROVED))
    expect(len(reply.content_sha256), 64)
    again = service.Push(pb.PushRequest(prescription=made), timeout=PATIENCE, metadata=OWN)
    expect(again, reply)
    made.doses += 1
    error = failure_of(lambda: service.Push(pb.PushRequest(prescription=made), timeout=PATIENCE, metadata=OWN), grpc.StatusCode.ALREADY_EXISTS)
    expect(dict(error.trailing_metadata())["tcm-code"], "PRX-0201")


def push_stream(service, channel):
    good = [prescription() for _ in range(20)]
    bad = prescription()
    bad.lines[0].milligrams_per_dose = 0
    requests = [pb.PushStreamRequest(sequence=number, prescription=one) for number, one in enumerate(good + [bad])]
    replies = {reply.sequence: reply for reply in service.PushStream(iter(requests), timeout=PATIENCE, metadata=OWN)}
    expect(sorted(replies), list(range(21)))
    expect([replies[number].accepted.his_number for number in range(20)], [one.his_number for one in good])
    expect(replies[20].refused.faults[0].code, "PRX-0104")
    expect(replies[20].refused.faults[0].field, "lines[0].milligrams_per_dose")


def audit(service, channel):
    made = prescription()
    for name in ("甘草", "醋甘遂"):
        made.lines.add(name=name, milligrams_per_dose=1500)
    reply = service.Audit(pb.AuditRequest(prescription=made), timeout=PATIENCE, metadata=OWN)
    found = {finding.rule_id: finding for finding in reply.audit.findings}
    finding = found["incompatible.18fan"]
    expect(finding.severity, pb.SEVERITY_DOUBLE_SIGN)
    expect(len(finding.line_numbers) >= 2 and "十八反" in finding.source, True)
    key = pb.PrescriptionKey(his_number=made.his_number)
    failure_of(lambda: service.Get(pb.GetRequest(key=key), timeout=PATIENCE, metadata=OWN), grpc.StatusCode.NOT_FOUND)


def get(service, channel):
    made, reply = pushed(service)
    request = pb.GetRequest(prescription_id=reply.prescription_id)
    view = service.Get(request, timeout=PATIENCE, metadata=OWN)
    expect(view.prescription.lines, made.lines)
    expect([entry.state for entry in view.history][:2], [pb.STATE_RECEIVED, pb.STATE_AUDITED])
    error = failure_of(lambda: service.Get(request, timeout=PATIENCE, metadata=OTHER), grpc.StatusCode.NOT_FOUND)
    expect(dict(error.trailing_metadata())["tcm-code"], "PRX-0202")


def cancel(service, channel):
    made, _ = pushed(service)
    request = pb.CancelRequest(key=pb.PrescriptionKey(his_number=made.his_number), reason="患者要求")
    reply = service.Cancel(request, timeout=PATIENCE, metadata=OWN)
    expect((reply.outcome, reply.state), (pb.CANCEL_OUTCOME_CANCELLED, pb.STATE_CANCELLED))
    again = service.Cancel(request, timeout=PATIENCE, metadata=OWN)
    expect(again.outcome, pb.CANCEL_OUTCOME_ALREADY_CANCELLED)


def watch(service, channel):
    changes = service.Watch(pb.WatchRequest(), timeout=PATIENCE, metadata=OWN)
    # The headers come at once and say where the watch begins: what is pushed from now on is told.
    begins = dict(changes.initial_metadata())["tcm-resume-token"]
    made, _ = pushed(service)
    heard = []
    for change in changes:
        heard.append(change)
        if change.his_number == made.his_number and change.state == pb.STATE_APPROVED:
            break
    changes.cancel()

    # From the beginning all of it comes again; after what was seen last, nothing of it.
    again = service.Watch(pb.WatchRequest(resume_token=begins), timeout=PATIENCE, metadata=OWN)
    expect([next(again) for _ in heard], heard)
    again.cancel()
    pushed(service)
    after = service.Watch(pb.WatchRequest(resume_token=heard[-1].resume_token), timeout=PATIENCE, metadata=OWN)
    expect(next(after).resume_token in {change.resume_token for change in heard}, False)
    after.cancel()


def deadline(service, channel):
    pushed(service)  # connects, so that the short deadline is spent in the handler
    changes = service.Watch(pb.WatchRequest(), timeout=1, metadata=OWN)
    failure_of(lambda: list(changes), grpc.StatusCode.DEADLINE_EXCEEDED)
    pushed(service)


def cancellation(service, channel):
    changes = service.Watch(pb.WatchRequest(resume_token="0"), timeout=PATIENCE, metadata=OWN)
    next(changes)
    changes.cancel()
    failure_of(lambda: list(changes), grpc.StatusCode.CANCELLED)


def trailers(service, channel):
    made = prescription()
    made.lines[1].milligrams_per_dose = -1
    made.syndrome_code = "nonsense"
    error = failure_of(lambda: service.Push(pb.PushRequest(prescription=made), timeout=PATIENCE, metadata=OWN), grpc.StatusCode.INVALID_ARGUMENT)
    values = dict(error.trailing_metadata())
    status = rich_error_pb2.Status.FromString(values["grpc-status-details-bin"])
    expect((status.code, status.message), (3, error.details()))
    details = {detail.type_url.rsplit("/", 1)[1]: detail.value for detail in status.details}
    expect(rich_error_pb2.ErrorInfo.FromString(details["google.rpc.ErrorInfo"]).reason, values["tcm-code"])
    violations = rich_error_pb2.BadRequest.FromString(details["google.rpc.BadRequest"]).field_violations
    located = {violation.field: violation.reason for violation in violations}
    expect(located, {"lines[1].milligrams_per_dose": "PRX-0104", "syndrome_code": "PRX-0110"})
    expect(values["tcm-code"] in located.values(), True)


def gzip(service, channel):
    made = prescription()
    request = pb.PushRequest(prescription=made)
    reply, call = service.Push.with_call(request, timeout=PATIENCE, metadata=OWN, compression=grpc.Compression.Gzip)
    expect(reply.his_number, made.his_number)
    expect("gzip" in dict(call.initial_metadata()).get("grpc-accept-encoding", "gzip"), True)


def token(service, channel):
    error = failure_of(lambda: service.Push(pb.PushRequest(prescription=prescription()), timeout=PATIENCE), grpc.StatusCode.UNAUTHENTICATED)
    expect(dict(error.trailing_metadata())["tcm-code"], "GEN-0001")
    shout = channel.unary_unary("/tcmbrain.prescriptions.v1.PrescriptionService/Shout")
    failure_of(lambda: shout(b"", timeout=PATIENCE, metadata=OWN), grpc.StatusCode.UNIMPLEMENTED)


def health(service, channel):
    stub = health_pb2_grpc.HealthStub(channel)
    serving = health_pb2.HealthCheckResponse.SERVING
    expect(stub.Check(health_pb2.HealthCheckRequest(), timeout=PATIENCE).status, serving)
    failure_of(lambda: stub.Check(health_pb2.HealthCheckRequest(service="nobody"), timeout=PATIENCE), grpc.StatusCode.NOT_FOUND)
    states = stub.Watch(health_pb2.HealthCheckRequest(), timeout=PATIENCE)
    expect(next(states).status, serving)
    states.cancel()


def reflection(service, channel):
    stub = reflection_pb2_grpc.ServerReflectionStub(channel)
    request = reflection_pb2.ServerReflectionRequest
    requests = [request(list_services="*"), request(file_containing_symbol="tcmbrain.prescriptions.v1.PrescriptionService")]
    services, described = stub.ServerReflectionInfo(iter(requests), timeout=PATIENCE, metadata=OWN)
    names = {one.name for one in services.list_services_response.service}
    expect({"tcmbrain.prescriptions.v1.PrescriptionService", "grpc.health.v1.Health"} <= names, True)
    files = [descriptor_pb2.FileDescriptorProto.FromString(one) for one in described.file_descriptor_response.file_descriptor_proto]
    methods = [method.name for method in files[0].service[0].method]
    expect(methods, ["Push", "PushStream", "Audit", "Get", "List", "Cancel", "Amend", "AcknowledgeIntercept", "Watch"])


with grpc.insecure_channel(sys.argv[2]) as channel:
    globals()[sys.argv[4]](prescriptions_pb2_grpc.PrescriptionServiceStub(channel), channel)
