#!/bin/sh
# Debian: apt-get install python3-grpcio python3-protobuf protobuf-compiler protobuf-compiler-grpc
set -e
here=$(cd "$(dirname "$0")" && pwd)
protos=$here/../../../contracts/TcmBrain.Contracts/Protos
stubs=$(mktemp -d)
trap 'rm -rf "$stubs"' EXIT
protoc -I "$protos" --python_out="$stubs" --grpc_out="$stubs" --plugin=protoc-gen-grpc="$(command -v grpc_python_plugin)" prescriptions.proto
PYTHONPATH=$stubs PYTHONIOENCODING=utf-8 /usr/bin/python3 -B "$here/client.py"
