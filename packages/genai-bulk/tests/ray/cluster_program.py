"""A cluster of Ray with two nodes on this machine, for the tests. It prints its address, and kills the second node when it reads a
line. It ends with its input.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile

options: dict[str, int] = json.loads(sys.argv[1])
with tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as folder:
    # In the default folder, other programs on this machine would find the cluster and connect to it.
    os.environ["RAY_TMPDIR"] = folder
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": options["first"]})
    second = cluster.add_node(num_cpus=options["second"])
    cluster.wait_for_nodes()
    print("address", cluster.address, flush=True)
    for _ in sys.stdin:
        cluster.remove_node(second, allow_graceful=False)
        print("killed", flush=True)
    cluster.shutdown()
