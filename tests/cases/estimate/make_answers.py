"""Makes answers_csdid.csv: group-time effects by csdid, a Python port of the R package did (not a dependency).

usage: python -m pip install csdid==0.4.3 && python tests/cases/estimate/make_answers.py

balanced.csv, so that csdid, did and diff-diff use the same rows; without and with a control, against never and not yet
treated places; outcome regression, analytic standard errors.
"""

import contextlib
import io
from pathlib import Path

import pandas as pd
from csdid.att_gt import ATTgt

HERE = Path(__file__).parent


def main() -> None:
    """Write answers_csdid.csv."""
    frame = pd.read_csv(HERE / "balanced.csv")
    rows = []
    for control in ("nevertreated", "notyettreated"):
        for formula in ("1", "x"):
            with contextlib.redirect_stdout(io.StringIO()):
                model = ATTgt(
                    yname="y",
                    tname="year",
                    idname="city_code",
                    gname="first_year",
                    data=frame.copy(),
                    xformla=f"y~{formula}",
                    control_group=control,
                )
                found = model.fit(est_method="reg", bstrap=False).results
                cells = list(zip(found["group"], found["year"], found["att"], found["se"], strict=True))
                simple = model.aggte(typec="simple", bstrap=False, cband=False).atte
                dynamic = model.aggte(typec="dynamic", bstrap=False, cband=False).atte
            case = (control, formula)
            rows += [(*case, f"att_{int(g)}_{int(t)}", att, se) for g, t, att, se in cells]
            rows.append((*case, "att", simple["overall_att"], simple["overall_se"]))
            rows.append((*case, "att_dynamic", dynamic["overall_att"], dynamic["overall_se"]))
            for k, att, se in zip(dynamic["egt"], dynamic["att_egt"], dynamic["se_egt"], strict=True):
                rows.append((*case, f"ev_{'m' if k < 0 else 'p' if k else ''}{abs(k)}", att, se))
    answers = pd.DataFrame(rows, columns=["control", "formula", "term", "estimate", "std_error"])
    answers.to_csv(HERE / "answers_csdid.csv", index=False, lineterminator="\n", float_format="%.15g")


if __name__ == "__main__":
    main()
