"""A trading partner's EPCIS 2.0 client that shares nothing with .NET: Python's standard library through the gateway. Fails loudly if a behaviour is
not there.

usage: epcis.py BASE CHECK
BASE is the platform's address; the token of a party that may capture is in TOKEN.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

BASE = sys.argv[1].rstrip("/")
CONTEXT = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"ex": "https://partner.example/voc/"}]
PATIENCE = 120


def call(method, path, body=None, **headers):
    url = path if path.startswith("http") else BASE + path
    request = urllib.request.Request(url, method=method, data=None if body is None else json.dumps(body).encode())
    request.add_header("Authorization", "Bearer " + os.environ["TOKEN"])
    if body is not None:
        request.add_header("Content-Type", "application/json")
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    try:
        answer = urllib.request.urlopen(request, timeout=PATIENCE)
    except urllib.error.HTTPError as error:
        answer = error
    text = answer.read()
    return answer.status, answer.headers, json.loads(text) if text else None


def expect(actual, wanted):
    if actual != wanted:
        raise AssertionError(f"expected {wanted!r}, got {actual!r}")


def event(serial, step="shipping"):
    return {
        "type": "ObjectEvent",
        "eventID": f"urn:uuid:{uuid.uuid4()}",
        "eventTime": "2026-01-05T08:00:00.000+08:00",
        "eventTimeZoneOffset": "+08:00",
        "action": "OBSERVE",
        "bizStep": step,
        "epcList": [f"urn:epc:id:sgtin:0614141.107346.{serial}"],
        "ex:weight": 12.50,
        "ex:deep": {"ex:list": [1, "二", {"ex:more": True}]},
    }


def document(*events):
    return {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-01-05T00:00:00Z",
        "epcisBody": {"eventList": list(events)},
    }


def events_of(answer):
    return answer["epcisBody"]["queryResults"]["resultsBody"]["eventList"]


def finished(location):
    give_up = time.monotonic() + PATIENCE
    while True:
        status, _, job = call("GET", location)
        expect(status, 200)
        if not job["running"]:
            return job
        if time.monotonic() > give_up:
            raise AssertionError("the job does not end")


def capture():
    serial = uuid.uuid4().hex[:12]
    sent = event(serial)
    status, headers, _ = call("POST", "/epcis/capture", document(sent))
    expect(status, 202)
    job = finished(headers["Location"])
    expect((job["success"], job["errors"]), (True, []))
    path = "/epcis/events/" + urllib.parse.quote(sent["eventID"], safe="")
    status, _, answer = call("GET", path, GS1_EPC_Format="Never_Translates")
    expect(status, 200)
    told = events_of(answer)[0]
    told.pop("recordTime")
    expect(told, sent)
    _, _, answer = call("GET", path)
    expect(events_of(answer)[0]["epcList"], [f"https://id.gs1.org/01/10614141073464/21/{serial}"])


def errors():
    good, bad = event(uuid.uuid4().hex[:12]), event(uuid.uuid4().hex[:12])
    del bad["action"]
    _, headers, _ = call("POST", "/epcis/capture", document(good, bad))
    job = finished(headers["Location"])
    expect((job["success"], len(job["errors"])), (False, 1))
    expect(job["errors"][0]["type"], "epcisException:ValidationException")
    path = "/epcis/events/" + urllib.parse.quote(good["eventID"], safe="")
    status, _, problem = call("GET", path)
    expect((status, problem["type"]), (404, "epcisException:NoSuchNameException"))
    _, headers, _ = call("POST", "/epcis/capture", document(good, bad), GS1_Capture_Error_Behaviour="proceed")
    expect(finished(headers["Location"])["success"], False)
    expect(call("GET", path)[0], 200)
    alone = dict(good, **{"@context": CONTEXT})
    status, _, problem = call("POST", "/epcis/events", alone)
    expect((status, problem["type"]), (409, "epcisException:ResourceAlreadyExistsException"))
    status, _, problem = call("GET", "/epcis/events?EQ_nothing=1")
    expect((status, problem["type"]), (400, "epcisException:QueryParameterException"))


def query():
    step = f"https://partner.example/voc/step-{uuid.uuid4()}"
    sent = [event(uuid.uuid4().hex[:12], step) for _ in range(7)]
    _, headers, _ = call("POST", "/epcis/capture", document(*sent))
    expect(finished(headers["Location"])["success"], True)
    found, address = [], "/epcis/events?perPage=3&EQ_bizStep=" + urllib.parse.quote(step, safe="")
    while address:
        status, headers, answer = call("GET", address)
        expect(status, 200)
        found += [e["eventID"] for e in events_of(answer)]
        address = headers["Link"].split("<")[1].split(">")[0] if "Link" in headers else None
    expect(found, [e["eventID"] for e in sent])
    link = urllib.parse.quote("https://id.gs1.org/01/10614141073464/21/" + sent[0]["epcList"][0].rsplit(".", 1)[1], safe="")
    _, _, answer = call("GET", f"/epcis/epcs/{link}/events")
    expect([e["eventID"] for e in events_of(answer)], [sent[0]["eventID"]])
    lone = dict(event(uuid.uuid4().hex[:12], step), **{"@context": CONTEXT})
    del lone["eventID"]
    status, headers, made = call("POST", "/epcis/events", lone)
    expect((status, made["eventID"][:14]), (201, "ni:///sha-256;"))
    expect(events_of(call("GET", headers["Location"])[2])[0]["eventID"], made["eventID"])
    name = f"partner-{uuid.uuid4()}"
    status, headers, _ = call("POST", "/epcis/queries", {"name": name, "query": {"EQ_bizStep": [step], "GE_ex:weight": 12.5}})
    expect(status, 201)
    _, _, answer = call("GET", headers["Location"] + "/events")
    expect(len(events_of(answer)), 8)
    expect(call("DELETE", headers["Location"])[0], 204)


def discovery():
    status, headers, _ = call("OPTIONS", "/epcis/capture")
    expect(status, 204)
    expect(headers["GS1-EPCIS-Version"], "2.0.0")
    if int(headers["GS1-EPCIS-Capture-Limit"]) < 1000:
        raise AssertionError("a thousand events must fit")
    _, _, answer = call("GET", "/epcis")
    expect(len(answer["member"]), 9)
    expect(call("GET", "/epcis/events", Accept="application/xml")[0], 406)
    expect(call("GET", "/epcis/events", GS1_EPCIS_Version="1.2")[0], 406)


{"capture": capture, "errors": errors, "query": query, "discovery": discovery}[sys.argv[2]]()
