"""`lupweb bench writeback`: the bad network that it saves through, and what it finds out."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread

import pytest

from lupweb.bench import saving, signing_in
from lupweb.bench.company import Workplace
from lupweb.bench.losing import bad_network, message_from
from lupweb.bench.report import Verdict
from lupweb.bench.saving import bench_losses, bench_prompt
from lupweb.bench.signing_in import SignIn, bench_sign_ins, findings_of
from lupweb.embedded.slapd import BIND, BOUND, HOST, is_answering
from tests.servers.slapd import require_slapd

FEWEST = 60
LONG = b"\x30\x82\x01\x00" + bytes(256)


def test_messages_are_told_apart_by_their_lengths() -> None:
    async def read() -> list[bytes]:
        source = asyncio.StreamReader()
        source.feed_data(BIND + LONG + BOUND[:3])
        source.feed_eof()
        found = [await message_from(source), await message_from(source)]
        with pytest.raises(asyncio.IncompleteReadError):
            await message_from(source)
        return found

    with ThreadPoolExecutor() as beside:  # a browser of other tests may have a loop in this thread
        assert beside.submit(lambda: asyncio.run(read())).result(10) == [BIND, LONG]


def test_the_network_passes_everything_until_it_loses_a_share() -> None:
    with socket.create_server((HOST, 0)) as server:
        answering = Thread(target=_answer_binds, args=(server, 1), daemon=True)
        answering.start()
        with bad_network(server.getsockname()[1], seed=7) as network:
            assert is_answering(network.port)
            answering.join(10)
            network.share = 1.0
            assert not is_answering(network.port)

    assert network.lost == 1


def test_x32_a_sign_in_that_fails_is_judged_on_a_busy_machine_as_well() -> None:
    came = [SignIn(302, 0.5)] * 99 + [SignIn(503, 9.0)]
    idle, busy = [(0.02, 0.2)] * 10, [(0.04, 4.0)] * 10

    took, failed, connections, saved, arrived = findings_of([(came, idle, busy)], 9)

    assert (took.subject, failed.subject) == (0.5, 1)
    assert failed.verdict(is_judged=False) is Verdict.MISSED
    assert connections.verdict(is_judged=False) is Verdict.MET
    assert saved.ratio == pytest.approx(2)
    assert arrived.verdict(is_judged=True) is Verdict.MISSED


def test_none_lost_is_judged_on_a_busy_machine_as_well() -> None:
    states = {"queued": 0, "leased": 0, "waiting": 0, "unknown": 1}

    lost, twice, still_open = saving.findings_of({"twice": 0, "states": states}, lost=2)

    assert [each.verdict(is_judged=False) for each in (lost, twice, still_open)] == [
        Verdict.MISSED, Verdict.MET, Verdict.MISSED
    ]  # fmt: skip


@pytest.mark.thorough
def test_nothing_is_lost_and_every_value_is_there_within_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_slapd()
    monkeypatch.setattr(saving, "PROMPT_SAVES", 5)
    place = Workplace(tmp_path / "scratch", tmp_path / "kept")

    (prompt,) = bench_prompt(place, FEWEST, 1, lambda _text: None)
    losses, (note,) = bench_losses(place, FEWEST, 60, 7, lambda _text: None)

    assert 0 < prompt.subject < saving.G6.limit
    assert [each.subject for each in losses] == [0, 0, 0]
    assert "written" in str(note)


@pytest.mark.thorough
def test_x32_people_sign_in_and_save_at_the_same_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_slapd()
    monkeypatch.setattr(signing_in, "SAVES", 10)
    monkeypatch.setattr(signing_in, "A_MINUTE", 60)
    place = Workplace(tmp_path / "scratch", tmp_path / "kept")

    found = bench_sign_ins(place, FEWEST, 1, lambda _text: None)

    assert [each.id for each in found] == ["G8", "G8", "G8", "X32", "G6"]
    took, failed, connections, saved, arrived = (each.subject for each in found)
    assert (failed, took > 0.05) == (0, True)  # the directory is that far away
    assert 0 < connections <= signing_in.CONNECTIONS.limit
    assert 0 < saved < 1000 * arrived


def _answer_binds(server: socket.socket, count: int) -> None:
    for _caller in range(count):
        caller, _address = server.accept()
        with caller:
            caller.recv(len(BIND))
            caller.sendall(BOUND)
            caller.recv(100)
