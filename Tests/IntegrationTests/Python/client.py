"""Draws IDs from a running server as a program in another language does, and checks them.

Usage: client.py PORT [CA CERTIFICATE KEY]: PEM files for TLS; the stubs are found in PYTHONPATH. Ends with a traceback
and status 1 where something is wrong.
"""

import sys
import threading

import grpc

import details_pb2
import ids_pb2 as api
import ids_pb2_grpc as services

MAX_COUNT = 10_000


def numbers(runs):
    return [run.first + i * (run.stride or 1) for run in runs for i in range(run.count)]


def check_increasing(ids):
    assert all(a < b for a, b in zip(ids, ids[1:])), "the IDs do not increase"


def refusal(call, request, **options):
    """What a call ended with: the code, the reason and when to try again."""
    try:
        answer = call(request, **options)
    except grpc.RpcError as error:
        found = {}
        for key, value in error.trailing_metadata() or ():
            if key == "grpc-status-details-bin":
                status = details_pb2.Status.FromString(value)
                assert status.code == error.code().value[0] and status.message == error.details()
                for detail in status.details:
                    name = detail.type_url.rsplit(".", 1)[-1]
                    found[name] = getattr(details_pb2, name).FromString(detail.value)
        return error.code(), found, error.details()
    raise AssertionError(f"the call succeeded: {answer}")


def check_refusal(call, request, code, reason, names, retries=False):
    found_code, found, message = refusal(call, request)
    assert found_code == code, (found_code, message)
    assert found["ErrorInfo"].domain == "frond" and found["ErrorInfo"].reason == reason, found
    assert names in message, message
    assert ("RetryInfo" in found) == retries, found


def draw_unary(ids):
    first = [ids.Next(api.NextRequest(tag="python")).number for _ in range(200)]
    assert first == list(range(1, 201)), first
    for count in (1, 2, 999, MAX_COUNT):
        batch = ids.NextBatch(api.NextBatchRequest(tag="python", count=count))
        first += numbers(batch.runs)
    check_increasing(first)
    assert len(first) == 200 + 1 + 2 + 999 + MAX_COUNT
    return first


def draw_stream(ids):
    def asks():
        for number in range(3000):
            yield api.StreamRequest(request_id=number, tag="python", count=number % 4)

    drawn = []
    for number, answer in enumerate(ids.Stream(asks())):
        assert answer.request_id == number and not answer.HasField("error"), answer
        found = numbers(answer.runs)
        assert len(found) == max(1, number % 4), answer
        drawn += found
    check_increasing(drawn)
    assert len(drawn) == sum(max(1, number % 4) for number in range(3000))
    return drawn


def connect(port, files):
    if not files:
        return grpc.insecure_channel(f"127.0.0.1:{port}")
    authority, certificate, key = (open(file, "rb").read() for file in files)
    credentials = grpc.ssl_channel_credentials(authority, key, certificate)
    return grpc.secure_channel(f"127.0.0.1:{port}", credentials)


def draw_concurrently(port, files, threads=4, each=200):
    drawn = [[] for _ in range(threads)]

    def draw(mine):
        with connect(port, files) as channel:
            ids = services.IDsStub(channel)
            mine += [ids.Next(api.NextRequest(tag="python")).number for _ in range(each)]

    workers = [threading.Thread(target=draw, args=(mine,)) for mine in drawn]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for mine in drawn:
        assert len(mine) == each
        check_increasing(mine)
    return [number for mine in drawn for number in mine]


def draw_snowflakes(ids):
    drawn = numbers(
        ids.NextBatch(api.NextBatchRequest(tag="python", generator=api.GENERATOR_SNOWFLAKE, count=5000)).runs
    )
    check_increasing(drawn)
    assert len(drawn) == 5000
    parts = ids.Decode(api.DecodeRequest(id=drawn[-1]))
    assert parts.time_milliseconds > 1_600_000_000_000
    uuid = ids.Next(api.NextRequest(tag="python", generator=api.GENERATOR_UUID)).uuid
    assert len(uuid) == 36 and uuid[14] == "7", uuid


def check_errors(ids, segments):
    invalid, missing = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND
    check_refusal(ids.Next, api.NextRequest(tag="a b"), invalid, "invalid-argument", "a b")
    for count in (0, -1, MAX_COUNT + 1):
        request = api.NextBatchRequest(tag="python", count=count)
        check_refusal(ids.NextBatch, request, invalid, "invalid-argument", str(count))
    check_refusal(segments.GetTag, api.GetTagRequest(tag="nobody"), missing, "unknown-tag", "nobody")
    exists = grpc.StatusCode.ALREADY_EXISTS
    check_refusal(segments.CreateTag, api.CreateTagRequest(tag="python"), exists, "tag-exists", "python")
    segments.CreateTag(api.CreateTagRequest(tag="few", max_value=2, step=5))
    assert numbers(ids.NextBatch(api.NextBatchRequest(tag="few", count=2)).runs) == [1, 2]
    check_refusal(ids.Next, api.NextRequest(tag="few"), grpc.StatusCode.OUT_OF_RANGE, "exhausted", "few")
    answers = list(ids.Stream(iter([api.StreamRequest(request_id=7, tag="few"), api.StreamRequest(tag="")])))
    assert {answer.error.reason for answer in answers} == {"exhausted", "invalid-argument"}, answers


def main(port, *files):
    with connect(port, files) as channel:
        ids, segments = services.IDsStub(channel), services.SegmentsStub(channel)
        drawn = draw_unary(ids) + draw_stream(ids)
        reserved = segments.ReserveSegment(api.ReserveSegmentRequest(tag="python", count=50)).segment
        drawn += range(reserved.first, reserved.end)
        drawn += draw_concurrently(port, files)
        assert len(set(drawn)) == len(drawn), "an ID came twice"
        draw_snowflakes(ids)
        check_errors(ids, segments)
    print(f"checked {len(drawn)} IDs")


main(*sys.argv[1:])
