"""`lupweb bench writeback`: the bad network that it saves through, and what it finds out."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread

import pytest

from lupweb.bench import saving
from lupweb.bench.company import Workplace
from lupweb.bench.losing import bad_network, message_from
from lupweb.bench.report import Verdict
from lupweb.bench.saving import bench_losses, bench_prompt
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


def _answer_binds(server: socket.socket, count: int) -> None:
    for _caller in range(count):
        caller, _address = server.accept()
        with caller:
            caller.recv(len(BIND))
            caller.sendall(BOUND)
            caller.recv(100)
