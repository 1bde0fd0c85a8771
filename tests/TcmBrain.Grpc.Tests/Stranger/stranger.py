"""A client that shares nothing with .NET: Debian's python3-grpcio. Calls one behaviour and fails loudly if it is not there.

usage: stranger.py STUBS TARGET CALL-ID CHECK
STUBS is the folder of the generated modules; with TLS_ROOTS in the environment the channel trusts that PEM file.
"""

import os
import sys

sys.path.insert(0, sys.argv[1])

import grpc  # noqa: E402
import echo_pb2  # noqa: E402
import echo_pb2_grpc  # noqa: E402
import health_pb2  # noqa: E402
import health_pb2_grpc  # noqa: E402
import reflection_pb2  # noqa: E402
import reflection_pb2_grpc  # noqa: E402
from google.protobuf import descriptor_pb2  # noqa: E402

PATIENCE = 120
CALL = sys.argv[3]
METADATA = (("x-call", CALL),)


def expect(actual, wanted):
    if actual != wanted:
        raise AssertionError(f"expected {wanted!r}, got {actual!r}")


def failure_of(action):
    try:
        action()
    except grpc.RpcError as error:
        return error
    raise AssertionError("the call succeeded")


def trailers_of(call):
    return dict(call.trailing_metadata())


def unary(echo, channel):
    reply = echo.Say(echo_pb2.EchoRequest(text="黄芪"), timeout=PATIENCE)
    expect(reply.text, "黄芪")


def client_stream(echo, channel):
    requests = (echo_pb2.EchoRequest(text=str(number)) for number in range(50))
    reply = echo.Collect(requests, timeout=PATIENCE)
    expect((reply.number, reply.text), (50, ",".join(map(str, range(50)))))


def server_stream(echo, channel):
    replies = echo.Repeat(echo_pb2.EchoRequest(text="x", count=200), timeout=PATIENCE)
    expect([reply.number for reply in replies], list(range(200)))


def conversation(echo, channel):
    requests = (echo_pb2.EchoRequest(text=f"turn {number}") for number in range(20))
    replies = echo.Talk(requests, timeout=PATIENCE)
    expect([(reply.text, reply.number) for reply in replies], [(f"turn {number}", number) for number in range(20)])


def deadline(echo, channel):
    unary(echo, channel)  # connects, so that the short deadline is spent in the handler
    error = failure_of(lambda: echo.Say(echo_pb2.EchoRequest(hang=True), timeout=4, metadata=METADATA))
    expect(error.code(), grpc.StatusCode.DEADLINE_EXCEEDED)


def cancellation(echo, channel):
    replies = echo.Repeat(echo_pb2.EchoRequest(text="x", count=-1), timeout=PATIENCE, metadata=METADATA)
    next(replies)
    replies.cancel()
    expect(failure_of(lambda: list(replies)).code(), grpc.StatusCode.CANCELLED)


def headers_and_trailers(echo, channel):
    metadata = (("x-echo", "text"), ("x-echo-bin", b"\x00\xff"))
    reply, call = echo.Say.with_call(echo_pb2.EchoRequest(), timeout=PATIENCE, metadata=metadata)
    headers = dict(call.initial_metadata())
    expect((headers["x-echo"], headers["x-echo-bin"]), ("text", b"\x00\xff"))
    trailers = trailers_of(call)
    expect((trailers["x-echo"], trailers["x-echo-bin"]), ("text", b"\x00\xff"))


def failure(echo, channel):
    error = failure_of(lambda: echo.Say(echo_pb2.EchoRequest(text="处方不存在", fail_with=5), timeout=PATIENCE))
    expect((error.code(), error.details()), (grpc.StatusCode.NOT_FOUND, "处方不存在"))
    trailers = trailers_of(error)
    expect(trailers["tcm-code"], "TST-0001")
    details = echo_pb2.StatusDetails.FromString(trailers["grpc-status-details-bin"])
    request = echo_pb2.EchoRequest()
    expect(details.details[0].Unpack(request), True)
    expect((details.code, request.text), (5, "处方不存在"))


def compressed(echo, compression, name):
    text = "x" * 100_000
    request = echo_pb2.EchoRequest(text=text)
    reply, call = echo.Say.with_call(request, timeout=PATIENCE, compression=compression)
    expect(reply.text, text)
    expect(trailers_of(call)["seen-encoding"], name)


def gzip(echo, channel):
    compressed(echo, grpc.Compression.Gzip, "gzip")


def deflate(echo, channel):
    compressed(echo, grpc.Compression.Deflate, "deflate")


def large(echo, channel):
    text = "".join(f"{number:x}" for number in range(200_000))
    expect(echo.Say(echo_pb2.EchoRequest(text=text), timeout=PATIENCE).text, text)


def unknown_method(echo, channel):
    shout = channel.unary_unary("/tcmbrain.tests.echo.v1.Echo/Shout")
    expect(failure_of(lambda: shout(b"", timeout=PATIENCE)).code(), grpc.StatusCode.UNIMPLEMENTED)


def health(echo, channel):
    stub = health_pb2_grpc.HealthStub(channel)
    serving = health_pb2.HealthCheckResponse.SERVING
    expect(stub.Check(health_pb2.HealthCheckRequest(), timeout=PATIENCE).status, serving)
    unknown = health_pb2.HealthCheckRequest(service="nobody")
    expect(failure_of(lambda: stub.Check(unknown, timeout=PATIENCE)).code(), grpc.StatusCode.NOT_FOUND)
    watch = stub.Watch(health_pb2.HealthCheckRequest(), timeout=PATIENCE)
    expect(next(watch).status, serving)
    watch.cancel()
    watch = stub.Watch(unknown, timeout=PATIENCE)
    expect(next(watch).status, health_pb2.HealthCheckResponse.SERVICE_UNKNOWN)
    watch.cancel()


def reflection(echo, channel):
    stub = reflection_pb2_grpc.ServerReflectionStub(channel)
    Request = reflection_pb2.ServerReflectionRequest
    requests = [
        Request(list_services="*"),
        Request(file_containing_symbol="tcmbrain.tests.echo.v1.Echo"),
        Request(file_containing_symbol="no.such.Symbol"),
    ]
    services, described, refused = stub.ServerReflectionInfo(iter(requests), timeout=PATIENCE)
    names = {service.name for service in services.list_services_response.service}
    expect({"tcmbrain.tests.echo.v1.Echo", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"} <= names, True)
    files = [
        descriptor_pb2.FileDescriptorProto.FromString(file)
        for file in described.file_descriptor_response.file_descriptor_proto
    ]
    expect([method.name for method in files[0].service[0].method], ["Say", "Collect", "Repeat", "Talk"])
    expect("google/protobuf/any.proto" in [file.name for file in files], True)
    expect(refused.error_response.error_code, 5)


def channel_to(target):
    roots = os.environ.get("TLS_ROOTS")
    if not roots:
        return grpc.insecure_channel(target)
    with open(roots, "rb") as file:
        credentials = grpc.ssl_channel_credentials(file.read())
    return grpc.secure_channel(target, credentials, options=[("grpc.ssl_target_name_override", "localhost")])


with channel_to(sys.argv[2]) as channel:
    globals()[sys.argv[4]](echo_pb2_grpc.EchoStub(channel), channel)
