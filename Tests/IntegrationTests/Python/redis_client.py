"""Draws IDs from a running server as a program does that used INCR on Redis, and checks them.

Usage: redis_client.py PORT [CA]: a PEM file for TLS. Ends with a traceback and status 1 where something is wrong.
"""

import sys
import threading

import redis

THREADS = 8
DRAWS = 300


def refusal(call, *arguments):
    """The text of the error that a command is answered with."""
    try:
        answer = call(*arguments)
    except redis.ResponseError as error:
        return str(error)
    raise AssertionError(f"the command was answered with {answer!r}")


def draw_by_pool(client):
    """Threads that share one pool of connections."""
    drawn = [[] for _ in range(THREADS)]

    def draw(ids):
        for _ in range(DRAWS):
            ids.append(client.incr("python"))

    threads = [threading.Thread(target=draw, args=(ids,)) for ids in drawn]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [number for numbers in drawn for number in numbers]
    assert len(set(ids)) == THREADS * DRAWS, "an ID came twice"
    assert all(a < b for numbers in drawn for a, b in zip(numbers, numbers[1:])), "the IDs of a thread do not increase"


def draw_by_pipeline(client):
    pipeline = client.pipeline(transaction=False)
    for _ in range(500):
        pipeline.incr("pipeline")
    assert pipeline.execute() == list(range(1, 501))
    transaction = client.pipeline(transaction=True)
    transaction.incr("pipeline")
    assert "without a transaction" in refusal(transaction.execute)


def draw_in_other_ways(client):
    assert client.incrby("batch", 10) == 10 and client.incrby("batch", 1) == 11 and client.incr("frond:{batch}") == 12
    assert client.execute_command("FROND.NEXT", "batch", "COUNT", 3) in ([b"13", b"14", b"15"], ["13", "14", "15"])
    assert len(client.execute_command("INCR", "uuid/x")) == 36
    assert client.incr("snowflake/x") > 1 << 40


def check_refusals(client):
    for command in (["SET", "batch", 1], ["DEL", "batch"], ["EXPIRE", "batch", 1], ["FLUSHALL"], ["GET", "batch"]):
        text = refusal(client.execute_command, *command)
        assert f"{command[0]} is refused" in text, text
    assert "invalid-argument" in refusal(client.incr, "not a tag")
    assert "from 1 to" in refusal(client.incrby, "batch", 0)


def check_connection(client):
    assert client.ping()
    assert client.echo("hello") in (b"hello", "hello")
    info = client.info()
    assert info["redis_version"] and info["frond_version"] and info["loading"] == 0, info
    assert client.client_id() > 0
    assert client.client_info()["lib-name"].startswith("redis-py"), client.client_info()
    assert client.command_count() == len(client.command())
    assert client.client_setname("python") and client.client_getname() in (b"python", "python")


def main(port, authority=None):
    options = {"port": port}
    if authority:
        options |= {"ssl": True, "ssl_ca_certs": authority, "ssl_check_hostname": False}
    for protocol in (2, 3):
        for decodes in (False, True):
            client = redis.Redis(**options, protocol=protocol, decode_responses=decodes)
            if (protocol, decodes) == (2, False):
                draw_by_pipeline(client)
                draw_in_other_ways(client)
            draw_by_pool(client)
            check_refusals(client)
            check_connection(client)
            client.close()
    print("checked")


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
