# SPDX-License-Identifier: Apache-2.0
"""What does not count when the documentation is compared with what the programs print: times, what a run learned, how
high memory rose (it depends on the number of threads and on the kernels of a library), and facts of a machine."""
import re

# For each line: a pattern, and what takes its place.
RULES = [
    # doctor: version, compiler and machine do not count; a finding counts by its name, not by what this machine has.
    (r"^actscope \d\S* \(.*\), .*$", "<version>"),
    (r"^LibTorch \d.*$", "<version of LibTorch>"),
    (r"^.+, \d+ cores?\b.* [KMG]iB.*$", "<machine>"),
    (r"^.*\bLinux\b.* (x86_64|aarch64)$", "<system>"),
    (r"^(usable|unusable|absent) +([^:]+):.*$", r"<state> \2"),
    # The summary of a run.
    (r"^(highest live bytes|held-out accuracy|time of a step) .*$", r"\1 <measured>"),
    # Anywhere.
    (r"\d[\d.,]* ?(ns|µs|us|ms|s|min|h)\b", "<time>"),
    (r"\d[\d.,]* images/s", "<speed>"),
    (r"[±+−-]?\d+(\.\d+)? points", "<points>"),
]
# Columns of tables whose cells do not count. A "fewer" does not count where it follows "peak".
MEASURED = {"peak", "step", "of dense", "held-out", "points"}


def columns_of(rule):
    """Where the columns of a table are, from the line of dashes below its header."""
    return [match.span() for match in re.finditer(r"-+", rule)]


def cells_of(line, columns):
    """The texts of a row; a cell reaches to where the next column begins."""
    ends = [begin for begin, _ in columns[1:]] + [None]
    return [line[begin:end].strip() for (begin, _), end in zip(columns, ends)]


def neutral_row(line, columns, header):
    cells = cells_of(line, columns)
    for i, name in enumerate(header):
        is_measured = name in MEASURED or (name == "fewer" and i > 0 and header[i - 1] == "peak")
        if is_measured and cells[i] != name:
            cells[i] = "<measured>"
    return " | ".join(cells)


def neutral_line(line):
    for pattern, replacement in RULES:
        line = re.sub(pattern, replacement, line)
    return re.sub(r" +", " ", line).strip()


def is_table_rule(line):
    """The line of dashes below a table's header."""
    return re.fullmatch(r" *-{2,}( +-{2,})+ *", line) is not None


def unwrapped(lines):
    """Remarks in one line each: where they wrap depends on the numbers in them. A continuation is indented by two."""
    result, is_table = [], False
    for line in lines:
        is_table = is_table_rule(line) or (is_table and line != "")
        if not is_table and re.match(r"  \S", line) and result and re.match(r"\S", result[-1]):
            result[-1] += line[1:]
        else:
            result.append(line)
    return result


def neutral(lines):
    """The lines with what does not count taken out; two outputs say the same where these are equal."""
    result, columns, header = [], [], []
    lines = unwrapped(lines)
    for number, line in enumerate(lines):
        if number + 1 < len(lines) and is_table_rule(lines[number + 1]):
            columns = columns_of(lines[number + 1])
            header = cells_of(line, columns)
            result.append(" | ".join(header))
        elif not line:
            columns = []
            result.append("")
        elif columns and is_table_rule(line):
            result.append("---")
        elif columns:
            result.append(neutral_row(line, columns, header))
        else:
            result.append(neutral_line(line))
    return result
