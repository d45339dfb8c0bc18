"""Writes what systemd and cronsim say of many schedules: the tests hold ours against it.

    python3 -m venv venv && venv/bin/pip install cronsim==2.8 && venv/bin/python make.py

needs systemd-analyze (made with systemd 252; tzdata 2026). A row's last column is what comes after, `never`, or `refused`.
"""

import os
import random
import re
import subprocess
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo

from cronsim import CronSim

HERE = Path(__file__).parent
COUNT = 5
NIGHTS = [
    ("Europe/Berlin", "2026-03-28T11:00:00Z"),
    ("Europe/Berlin", "2026-10-24T11:00:00Z"),
    ("America/New_York", "2026-03-07T17:00:00Z"),
    ("America/New_York", "2026-10-31T17:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T02:00:00Z"),
    ("Australia/Lord_Howe", "2026-10-03T02:00:00Z"),
    # Midnight is skipped.
    ("Africa/Cairo", "2026-04-23T10:00:00Z"),
    ("Africa/Cairo", "2026-10-29T10:00:00Z"),
]
OFTEN = ["*:0/30", "*:15", "2:30", "1:30", "1,2:0/20", "0:0", "2:0", "1..3:15,45", "3:0", "0:30", "2:5:10", "23:45"]
FORMS = [
    *"minutely hourly daily weekly monthly quarterly semiannually semi-annually biannually yearly annually Daily".split(),
    "Mon..Fri 02:00", "Mon,Wed 12:00", "Mon-Fri", "Sat,Thu,Mon..Wed,Sat..Sun", "Wed, 17:48", "Mon..Mon", "Mon..Fri,",
    "monday *-12-* 17:00", "Mon,Sun 12-*-* 2,1:23", "Wed *-1", "Wed..Sat,Tue 27-10-15 1:2:3", "10-15", "*-*-7 0:0:0",
    "Mon,Fri *-*-3,1,2 *:30:45", "12,14,13,12:20,10,30", "12..14:10,20,30", "mon,fri *-1/2-1,3 *:30:45",
    "03-05 08:05:40", "08:05:40", "05:40", "Sat,Sun 12-05 08:05:40", "2027-03-05 05:40", "2027-02..04-05",
    "*:2/3", "9..11,13:00,30", "1..3-1..3 1..3:1..3", "*-*~1", "*-*~05,3", "*-*~* 00:00:00", "*-*-*", "*-*", "*~*",
    "*-02~03", "Mon *-05~07/1", "Mon *-05~01..07", "*-1~01..07/2", "*-*-31", "*-02-29", "*-04-31", "2016-02~01",
    "2028-02~01", "Tue *-*-1..7 02:00", "*-*-1..1", "*-*-1..20/7 12:00", "*-1,7..9-*/1", "2026/2-6-1", "2026..2030/2-1-1",
    "*:*:0/15", "*:*:10..20/5", "0:0:*", "0:0:0..10", "*-*-01/5 6:0", "*-3/4-10", "69-01-01", "2199-01-01", "70-1-1",
    "1,2,3..5,7/2:0", "@1800000000", "@1700000000", "@1800000000 UTC", "daily UTC", "weekly Pacific/Auckland",
    "02:30 Europe/Berlin", "Mon UTC", "*:0/45 Asia/Kolkata", "  ", "", "utc", "7", "121212:1:2", "2000-03-05.23 00:00:00",
    "2000-03-05 00:00.1:00", "00:00:00.0..00.9", "2016~11-22", "*-*/2-1", "*/2:00", "*:*/5", "Fri..Mon", "Mon..Wed..Fri",
    "24:00", "*:60", "0:0:60", "2026-12..01-01", "Mon,,Tue", "*-*-01,~03", "2200-01-01", "1969-01-01", "12:00:", "Mon..",
    "Monda", "*", "12", "*:", "*-*-0", "*-13-1", "*-*~29", "*:0/0", "12:00 13:00", "2026-01-01 Mon", "Mon 12", "test",
]


def systemd(expression, zone, after):
    base = after.replace("T", " ").replace("Z", " UTC")
    call = ["systemd-analyze", "calendar", f"--iterations={COUNT}", f"--base-time={base}", expression]
    done = subprocess.run(call, capture_output=True, text=True, env={**os.environ, "TZ": zone, "LC_ALL": "C"})
    if done.returncode != 0:
        return None
    found = re.findall(r"^ *(?:Next elapse|\(in UTC\)|Iter. #\d+):.* (\S+ \S+) UTC$", done.stdout, re.M)
    return [f"{each.replace(' ', 'T')}Z" for each in found]


def random_on_calendar(rng):
    component = lambda low, high: rng.choice([
        lambda: "*",
        lambda: str(rng.randint(low, high)),
        lambda: ",".join(str(rng.randint(low, high)) for _ in range(rng.randint(2, 3))),
        lambda: f"{low}/{rng.randint(2, (high - low) // 2)}",
        lambda: "..".join(map(str, sorted(rng.sample(range(low, high + 1), 2)))),
    ])()
    weekday = rng.choice(["", "", "Mon..Fri ", "Sat,Sun ", "Tue ", "Mon,Wed..Fri "])
    day = rng.choice([lambda: f"-{component(1, 28)}", lambda: f"~{component(1, 14)}"])()
    date = rng.choice(["", "", f"*-{component(1, 12)}{day} ", f"*-*{day} "])
    return f"{weekday}{date}{component(0, 23)}:{component(0, 59)}" + rng.choice(["", f":{component(0, 59)}"])


def random_cron(rng):
    def component(low, high):
        return rng.choice([
            lambda: "*",
            lambda: f"*/{rng.randint(2, max(2, high // 2))}",
            lambda: str(rng.randint(low, high)),
            lambda: ",".join(str(rng.randint(low, high)) for _ in range(rng.randint(2, 3))),
            lambda: "-".join(map(str, sorted(rng.sample(range(low, high + 1), 2)))),
            lambda: f"{rng.randint(low, high // 2)}/{rng.randint(2, max(2, high // 3))}",
        ])()

    day = rng.choice(["*", "*", "*", component(1, 28), "L", "LW", "*/2"])
    month = rng.choice(["*", "*", "*", component(1, 12), "JAN-JUN", "mar,OCT,nov,apr"])
    weekday = rng.choice(["*", "*", "*", component(0, 7), "MON-FRI", "sun", "5L", "SAT#1", "7", "*/7"])
    hour = rng.choice([component(0, 23), component(0, 3), "1", "2", "1-3", "*/2", "0"])
    return f"{component(0, 59)} {hour} {day} {month} {weekday}"


def cronsim(expression, zone, after):
    """A job that was skipped comes with the next one at once: that is one time."""
    start = datetime.fromisoformat(after.replace("Z", "+00:00")).astimezone(ZoneInfo(zone))
    found = []
    for each in CronSim(expression, start):
        text = each.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        if text not in found:
            found.append(text)
        if len(found) == COUNT:
            break
    return found


def write(name, source, rows):
    lines = [f"# {source}", "expression\ttimezone\tafter\tnext"]
    for expression, zone, after, found in rows:
        said = "refused" if found is None else ",".join(found) or "never"
        lines.append("\t".join([expression, zone, after, said]))
    (HERE / name).write_text("\n".join(lines) + "\n")


rng = random.Random(8)
rows = [[form, "UTC", "2026-01-01T00:00:00Z", systemd(form, "UTC", "2026-01-01T00:00:00Z")] for form in FORMS]
for zone, after in NIGHTS:
    for expression in [*OFTEN, *(random_on_calendar(rng) for _ in range(18))]:
        rows.append([expression, zone, after, systemd(expression, zone, after)])
first = subprocess.run(["systemd-analyze", "--version"], capture_output=True, text=True).stdout.split("\n")[0]
write("oncalendar.tsv", first, rows)

rows = []
for zone, after in NIGHTS:
    fixed = ["30 2 * * *", "30 1 * * *", "0 2 * * *", "*/20 * * * *", "15 * * * *", "*/30 1-2 * * *", "0,30 1-3 * * *", "0 0 * * *"]
    for expression in [*fixed, *(random_cron(rng) for _ in range(52))]:
        rows.append([expression, zone, after, cronsim(expression, zone, after)])
write("cron.tsv", f"cronsim {version('cronsim')}", rows)
