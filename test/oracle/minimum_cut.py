"""The least cost of Casts between two labels, by SciPy's maximum flow."""
import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

FP32, BF16, FREE = 'fp32', 'bf16', 'free'
NEVER = 2**30
SOURCE, SINK = 0, 1


class Groups:
    """Type groups with a class each; tied ones are one, FP32 where one of them is."""

    def __init__(self):
        self.parent, self.fixed = [], []

    def add(self, kind):
        self.parent.append(len(self.parent))
        self.fixed.append(kind)
        return len(self.parent) - 1

    def find(self, group):
        while self.parent[group] != group:
            self.parent[group] = self.parent[self.parent[group]]
            group = self.parent[group]
        return group

    def tie(self, first, second):
        a, b = self.find(first), self.find(second)
        kinds = {self.fixed[a], self.fixed[b]}
        self.parent[b] = a
        self.fixed[a] = next(kind for kind in (FP32, BF16, FREE) if kind in kinds)


def minimum_cut(groups, values):
    """`values`: of each value its producing group and the groups that read it. A Cast of a value costs 1, once per direction.

    Returns the cost and two lists of booleans, whether each group is BF16: in the cheapest labelling with the fewest BF16
    groups, which is contained in all others, and in the one with the most, which contains them.
    """
    edges = {}
    count = 2

    def node():
        nonlocal count
        count += 1
        return count - 1

    def edge(tail, head, capacity):
        edges[tail, head] = min(NEVER, edges.get((tail, head), 0) + capacity)

    nodes = {}
    for group in range(len(groups.parent)):
        root = groups.find(group)
        if root not in nodes:
            nodes[root] = node()
            if groups.fixed[root] == BF16:
                edge(SOURCE, nodes[root], NEVER)
            elif groups.fixed[root] == FP32:
                edge(nodes[root], SINK, NEVER)
    place = [nodes[groups.find(group)] for group in range(len(groups.parent))]

    for producer, readers in values:
        made = place[producer]
        read = {place[reader] for reader in readers} - {made}
        if not read:
            continue
        some_bf16, some_fp32 = node(), node()
        edge(some_bf16, made, 1)
        edge(made, some_fp32, 1)
        for reader in read:
            edge(reader, some_bf16, NEVER)
            edge(some_fp32, reader, NEVER)
    cost, residual = solve(edges, count)
    fewest = reachable(residual, SOURCE)
    most = ~reachable(csr_array(residual.T), SINK)
    return cost, [bool(fewest[spot]) for spot in place], [bool(most[spot]) for spot in place]


def solve(edges, count):
    tails, heads = np.array(list(edges), dtype=np.int32).reshape(-1, 2).T
    capacities = csr_array(coo_array((np.array(list(edges.values()), np.int32), (tails, heads)), shape=(count, count)))
    result = maximum_flow(capacities, SOURCE, SINK)
    residual = csr_array(capacities.astype(np.int64) - result.flow.astype(np.int64))
    residual.data = np.maximum(residual.data, 0)
    residual.eliminate_zeros()
    return int(result.flow_value), residual


def reachable(graph, start):
    found = np.zeros(graph.shape[0], bool)
    found[breadth_first_order(graph, start, return_predecessors=False)] = True
    return found
