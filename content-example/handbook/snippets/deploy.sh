#!/usr/bin/env bash
set -euo pipefail

# --8<-- [start:deploy]
callboard check
callboard deploy --stage rehearsal --wait
callboard deploy --stage production --canary 5
# --8<-- [end:deploy]

echo "Break a leg."
