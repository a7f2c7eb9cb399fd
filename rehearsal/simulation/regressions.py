"""Seeds that found a bug, which was mended: they are played for ever after. CI plays them beside its first 300."""

from __future__ import annotations

FOUND: dict[int, str] = {
    155: "nobody was told how a change ended whose run was stopped",
    194: "the same, of a run that died",
    295: "on-demand passed its cap where the schedule of its end was lost",
    578: "a throttled bus ended a run for good, and its news was lost",
    420: "an endpoint left its reservation unparked while auto scaling moved its components",
    1127: "copies that came up slowly kept the way off on-demand waiting, beyond its cap",
    1220: "one component left no room for the other in a hand-over",
    1407: "a machine was stopped under the lease of a run that lived on, and nobody was told",
    11160: "a run that was taken over was not told of where the hand-over had time yet",
    6420: "a part of a change told that the change itself had died",
    5243: "the way home from on-demand was begun too late to be over before the cap",
    3364: "the same, of a deployment whose manifest was removed",
    5424: "two runs that looked within the same seconds both told that a call had woken components",
    12926: "a rollout's second fleet was not counted, and on-demand passed its cap in USD",
}
