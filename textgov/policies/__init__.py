"""Policy shocks: treatment tables with announcement dates, and the columns that designs need.

A complete list can be a treatment: who is not on it was not treated. An incomplete one cannot, and is refused: the
user supplies the list of the notice, and a checker matches its names to codes and counts them.
"""

from textgov.policies.exposure import PolicyOptions
from textgov.policies.lists import Checked, check_policy, read_policy_file, template_rows
from textgov.policies.placebo import draw_placebos
from textgov.policies.tables import Batch, Policy, Unit, builtin_policies, read_date, read_policy
from textgov.policies.treatment import Treatment, attach_policy, check_complete

__all__ = [
    "Batch",
    "Checked",
    "Policy",
    "PolicyOptions",
    "Treatment",
    "Unit",
    "attach_policy",
    "builtin_policies",
    "check_complete",
    "check_policy",
    "draw_placebos",
    "read_date",
    "read_policy",
    "read_policy_file",
    "template_rows",
]
