"""What stands in the captures, read off by eye: the answers that the parsers must give."""

from dataclasses import dataclass
from pathlib import Path

CAPTURES = Path(__file__).parents[1] / "data" / "captures"


@dataclass(frozen=True)
class Facts:
    """One node in one scenario. `roles` are WAN and LAN; pairs are received, sent."""

    scenario: str
    node: str
    roles: tuple[str, str] | None
    skew: int
    lan_status: str
    allow: bool
    demotion: int
    boottime: int
    load: tuple[float, float, float]
    cp_time: tuple[int, int, int, int, int]
    free: int
    inactive: int
    carp: tuple[int, int]
    pfsync: tuple[int, int]
    inserts: tuple[int, int]
    compressed_updates: tuple[int, int]
    dropped: dict[str, int]
    pf_since: int
    host_id: str
    pf_states: int
    pf_searches: int
    pf_inserts: int
    pf_removals: int
    wan_bytes: tuple[int, int]
    sync_packets: tuple[int, int]
    log_events: int
    devd_events: int
    agent_ticks: int
    host_ticks: int
    snmp_states: int

    @property
    def folder(self) -> Path:
        return CAPTURES / self.scenario / self.node

    def read(self, name: str) -> str:
        return (self.folder / f"{name}.txt").read_text(encoding="utf-8")

    def __str__(self) -> str:
        return f"{self.scenario}-{self.node}"


A, N, B, M = "active", "INIT", "BACKUP", "MASTER"
# fmt: off
_ROWS = (
    Facts(
        "carp-disabled-primary-pfsense-style", "fw1", None, 0, A, False, 0, 1795387142, (0.62, 0.24, 0.09),
        (491, 0, 2626, 874, 49449), 89097, 11, (58, 306), (271, 615), (44, 163), (291, 758), {"stale-state":
        12}, 207, "53ac72b3", 93, 10262, 209, 116, (232822, 296245), (274, 620), 30, 22, 20817, 21368, 96
    ),
    Facts(
        "carp-disabled-primary-pfsense-style", "fw2", (M, M), 100, A, True, 0, 1795387138, (0.46, 0.23,
        0.09), (478, 0, 2806, 846, 50214), 89319, 11, (306, 69), (614, 272), (163, 44), (758, 291),
        {"stale-state": 15}, 209, "14b221e9", 93, 4578, 209, 116, (77832, 84134), (617, 277), 23, 21, 20973,
        21730, 98
    ),
    Facts(
        "carp-disabled-primary-sysctl-only", "fw1", (N, N), 0, A, False, 480, 1795389228, (0.42, 0.23,
        0.09), (555, 0, 3326, 922, 38058), 89271, 11, (38, 246), (236, 674), (32, 129), (210, 656),
        {"stale-state": 7, "failed-lookup": 67}, 162, "42df447d", 94, 8913, 162, 68, (196575, 250900), (238,
        677), 28, 22, 16062, 17110, 88
    ),
    Facts(
        "carp-disabled-primary-sysctl-only", "fw2", (M, M), 100, A, True, 0, 1795389228, (0.82, 0.30, 0.12),
        (554, 0, 3420, 839, 38084), 89247, 11, (214, 65), (673, 237), (129, 32), (656, 211), {"stale-state":
        10, "failed-lookup": 67}, 162, "a2d0ba24", 94, 3556, 161, 67, (49106, 55359), (675, 245), 23, 21,
        16076, 17108, 90
    ),
    Facts(
        "carp-maintenance-primary", "fw1", (B, B), 254, A, True, 0, 1795389228, (0.51, 0.23, 0.09), (498, 0,
        3057, 798, 33730), 89270, 12, (21, 235), (179, 551), (20, 125), (155, 537), {"stale-state": 3,
        "failed-lookup": 47}, 143, "42df447d", 98, 8306, 146, 48, (186639, 239948), (180, 554), 22, 18,
        14178, 15218, 94
    ),
    Facts(
        "carp-maintenance-primary", "fw2", (M, M), 100, A, True, 0, 1795389228, (0.67, 0.24, 0.09), (486, 0,
        3131, 715, 33722), 89265, 11, (203, 48), (550, 179), (125, 20), (537, 155), {"stale-state": 4,
        "failed-lookup": 47}, 143, "a2d0ba24", 100, 2591, 147, 47, (32631, 33746), (552, 186), 19, 17,
        14162, 15201, 94
    ),
    Facts(
        "many-states", "fw1", (M, M), 0, A, True, 0, 1795388915, (0.36, 0.10, 0.04), (130, 0, 1378, 269,
        14840), 90565, 11, (2, 104), (18, 693), (3, 3057), (3, 205), {"failed-lookup": 5}, 57, "fcb4395d",
        3057, 14476, 3063, 6, (192627, 314677), (19, 699), 11, 9, 6078, 7028, 3066
    ),
    Facts(
        "many-states", "fw2", (B, B), 100, A, True, 0, 1795388915, (0.58, 0.18, 0.06), (157, 0, 1432, 102,
        14966), 90858, 13, (104, 2), (694, 20), (3057, 4), (206, 3), {"failed-lookup": 5}, 57, "6a7df318",
        3056, 1052, 3062, 6, (3916, 824), (696, 28), 13, 11, 6179, 7077, 3064
    ),
    Facts(
        "normal", "fw1", (M, M), 0, A, True, 0, 1795389228, (0.24, 0.06, 0.02), (90, 0, 1338, 93, 11093),
        91237, 10, (0, 72), (12, 149), (4, 43), (4, 139), {}, 43, "42df447d", 47, 2561, 50, 3, (59990,
        77394), (13, 153), 11, 9, 4444, 5495, 51
    ),
    Facts(
        "normal", "fw2", (B, B), 100, A, True, 0, 1795389228, (0.11, 0.04, 0.01), (75, 0, 1315, 54, 11145),
        91250, 10, (72, 0), (148, 12), (43, 4), (139, 4), {}, 43, "a2d0ba24", 49, 401, 49, 0, (2866, 478),
        (152, 20), 9, 7, 4452, 5494, 50
    ),
    Facts(
        "primary-dead", "fw2", (M, M), 100, A, True, 0, 1795389228, (0.80, 0.33, 0.13), (614, 0, 3699, 952,
        42725), 89239, 12, (226, 84), (802, 308), (133, 45), (781, 276), {"stale-state": 12,
        "failed-lookup": 77}, 182, "a2d0ba24", 92, 4626, 179, 87, (67583, 79666), (804, 315), 27, 25, 18047,
        19076, 87
    ),
    Facts(
        "primary-lan-link-down", "fw1", (B, N), 0, "no carrier", True, 240, 1795389228, (0.55, 0.21, 0.08),
        (355, 0, 2566, 564, 27858), 89290, 11, (5, 205), (32, 414), (8, 111), (16, 400), {"failed-lookup":
        27}, 117, "42df447d", 92, 6972, 120, 28, (163833, 211267), (35, 413), 15, 12, 11524, 12558, 96
    ),
    Facts(
        "primary-lan-link-down", "fw2", (M, M), 100, A, True, 0, 1795389228, (0.33, 0.14, 0.05), (349, 0,
        2626, 477, 27909), 89288, 11, (173, 28), (413, 32), (111, 8), (400, 16), {"failed-lookup": 27}, 116,
        "a2d0ba24", 92, 1360, 119, 27, (12734, 9526), (415, 40), 15, 13, 11538, 12594, 98
    ),
    Facts(
        "primary-lan-link-restored", "fw1", (M, M), 0, A, True, 0, 1795389228, (0.47, 0.21, 0.08), (424, 0,
        2806, 683, 30881), 89273, 11, (11, 221), (68, 520), (14, 119), (48, 506), {"stale-state": 2,
        "failed-lookup": 37}, 130, "42df447d", 96, 7664, 134, 38, (176723, 227165), (69, 522), 20, 16,
        12887, 13937, 92
    ),
    Facts(
        "primary-lan-link-restored", "fw2", (B, B), 100, A, True, 0, 1795389228, (0.46, 0.18, 0.07), (416,
        0, 2872, 575, 30944), 89266, 11, (189, 38), (519, 68), (119, 14), (506, 48), {"stale-state": 3,
        "failed-lookup": 37}, 130, "a2d0ba24", 96, 1973, 133, 37, (22299, 21397), (521, 76), 17, 15, 12890,
        13958, 91
    ),
    Facts(
        "primary-returned", "fw1", (M, M), 0, A, True, 0, 1795389423, (0.19, 0.05, 0.02), (92, 0, 460, 68,
        6276), 91261, 9, (2, 41), (98, 146), (5, 21), (22, 171), {}, 24, "f3c6ad2b", 99, 1810, 118, 19,
        (34171, 43339), (100, 152), 11, 9, 2635, 3145, 95
    ),
    Facts(
        "primary-returned", "fw2", (B, B), 100, A, True, 0, 1795389228, (0.62, 0.33, 0.14), (679, 0, 3903,
        1013, 50325), 89233, 11, (264, 101), (943, 421), (153, 59), (947, 332), {"stale-state": 12,
        "failed-lookup": 77}, 213, "a2d0ba24", 96, 5781, 212, 116, (85962, 101717), (947, 430), 29, 27,
        21225, 22263, 91
    ),
    Facts(
        "split-brain", "fw1", (M, M), 0, A, True, 0, 1795389228, (0.58, 0.15, 0.05), (190, 0, 1943, 283,
        14992), 89407, 9, (0, 110), (16, 222), (4, 63), (4, 212), {"failed-lookup": 7}, 61, "42df447d", 61,
        3790, 68, 7, (88651, 114509), (17, 225), 11, 9, 6096, 7135, 66
    ),
    Facts(
        "split-brain", "fw2", (M, M), 100, A, True, 0, 1795389228, (0.22, 0.07, 0.02), (164, 0, 1987, 241,
        15047), 89404, 9, (92, 10), (222, 16), (63, 4), (213, 4), {"failed-lookup": 7}, 62, "a2d0ba24", 60,
        583, 67, 7, (3496, 800), (224, 24), 11, 9, 6090, 7135, 66
    ),
    Facts(
        "sync-link-cut", "fw1", (M, M), 0, A, True, 0, 1795387414, (0.33, 0.18, 0.07), (495, 0, 3296, 832,
        30750), 89317, 12, (4, 249), (143, 364), (5, 112), (32, 579), {"stale-state": 4}, 131, "ab31376c",
        76, 7104, 207, 131, (157384, 216721), (145, 368), 11, 9, 13229, 14278, 72
    ),
    Facts(
        "sync-link-cut", "fw2", (B, B), 100, A, True, 0, 1795387138, (0.42, 0.31, 0.15), (1017, 0, 4723,
        2138, 97434), 89271, 1601, (561, 165), (1070, 524), (279, 89), (1432, 494), {"bad-values": 1,
        "stale-state": 20, "failed-lookup": 1}, 409, "14b221e9", 50, 8840, 367, 317, (152251, 171124),
        (1074, 531), 33, 31, 41067, 41874, 40
    ),
)
# fmt: on

FACTS = {str(row): row for row in _ROWS}
