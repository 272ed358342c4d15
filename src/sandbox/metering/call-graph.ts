/** The defined functions in an order in which callees come before callers, in groups that call each other in a circle. */
export function callOrder(calls: readonly Uint32Array[]): readonly (readonly number[])[] {
  // Tarjan's strongly connected components, with a stack of our own: call chains are as long as the plugin's author likes.
  const groups: number[][] = [];
  const visitedAt = new Int32Array(calls.length).fill(-1);
  const lowest = new Int32Array(calls.length);
  const nextCall = new Uint32Array(calls.length);
  const isOnStack = new Uint8Array(calls.length);
  const stack: number[] = [];
  const path: number[] = [];
  let visited = 0;

  const enter = (node: number): void => {
    visitedAt[node] = lowest[node] = visited++;
    stack.push(node);
    isOnStack[node] = 1;
    path.push(node);
  };

  const leave = (node: number): void => {
    path.pop();
    const caller = path.at(-1);
    if (caller !== undefined) lowest[caller] = Math.min(at(lowest, caller), at(lowest, node));
    if (at(lowest, node) !== at(visitedAt, node)) return;
    const group = stack.splice(stack.lastIndexOf(node));
    for (const member of group) isOnStack[member] = 0;
    groups.push(group.sort((a, b) => a - b));
  };

  for (let root = 0; root < calls.length; root++) {
    if (at(visitedAt, root) !== -1) continue;
    enter(root);
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const callee = calls[node]?.[at(nextCall, node)];
      if (callee === undefined) {
        leave(node);
        continue;
      }
      nextCall[node] = at(nextCall, node) + 1;
      if (at(visitedAt, callee) === -1) enter(callee);
      else if (isOnStack[callee] === 1) lowest[node] = Math.min(at(lowest, node), at(visitedAt, callee));
    }
  }
  return groups;
}

function at(numbers: Int32Array | Uint32Array, index: number): number {
  return numbers[index] ?? -1;
}
