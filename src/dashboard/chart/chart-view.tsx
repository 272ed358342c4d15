import '@xyflow/react/dist/base.css';
import {
  Controls,
  type Edge,
  MiniMap,
  type Node,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
} from '@xyflow/react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { Chart } from '../../wire/machines.ts';
import { Loading } from '../parts/remote-view.tsx';
import { ArrowEdge, type ArrowEdgeData } from './arrow-edge.tsx';
import { frameOf } from './frame.ts';
import { layoutOf } from './layout.ts';
import { notesOf } from './layout-input.ts';
import type { Lit } from './lit.ts';
import type { Layout } from './placed.ts';
import { StateNode, type StateNodeData } from './state-node.tsx';

interface ChartViewProps {
  readonly chart: Chart;
  readonly lit: Lit;
}

/** Text is readable from here on. */
const followZoom = 0.85;
const followMs = 400;
/** From the edge of the view, for a state to count as seen. */
const edgePx = 24;

const nodeTypes = { state: StateNode };
const edgeTypes = { arrow: ArrowEdge };

export function ChartView({ chart, lit }: ChartViewProps) {
  const [layout, setLayout] = useState<Layout>();
  useEffect(() => {
    let isCurrent = true;
    void layoutOf(chart).then((next) => {
      if (isCurrent) setLayout(next);
    });
    return () => {
      isCurrent = false;
    };
  }, [chart]);
  const label = `Statechart of the machine ${chart.name}, now in ${lit.states.slice(1).join(', ') || 'no state'}`;
  return (
    <figure className="chart" aria-label={label}>
      {layout ? (
        <ReactFlowProvider>
          <Canvas chart={chart} layout={layout} lit={lit} />
        </ReactFlowProvider>
      ) : (
        <Loading what="The statechart" />
      )}
    </figure>
  );
}

function Canvas({ chart, layout, lit }: ChartViewProps & { readonly layout: Layout }) {
  const [isFollowing, setFollowing] = useState(true);
  const { nodes, edges } = useMemo(() => elementsOf(chart, layout, lit), [chart, layout, lit]);
  const { fitView } = useReactFlow();
  useFollowing(isFollowing, layout, lit.states.at(-1));

  return (
    <>
      <div className="chart-buttons">
        <button
          type="button"
          className="button small"
          aria-pressed={isFollowing}
          onClick={() => setFollowing(true)}
        >
          Follow
        </button>
        <button
          type="button"
          className="button small"
          onClick={() => {
            setFollowing(false);
            void fitView({ padding: 0.03 });
          }}
        >
          Whole
        </button>
      </div>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        zoomOnDoubleClick={false}
        preventScrolling={false}
        zoomOnScroll={false}
        minZoom={0.1}
        maxZoom={1.5}
        onMoveStart={(event) => {
          if (event !== null) setFollowing(false);
        }}
        proOptions={{ hideAttribution: true }}
      >
        <Controls showInteractive={false} showFitView={false} />
        <MiniMap
          className="wide-only"
          nodeClassName={(node) => `map-state ${node.className ?? ''}`}
          ariaLabel={null}
        />
      </ReactFlow>
    </>
  );
}

/** Keeps a state in sight. The view moves only when it must: a plugin that is called goes to and fro. */
function useFollowing(isFollowing: boolean, layout: Layout, lit: string | undefined): void {
  const { getViewport, setCenter } = useReactFlow();
  const width = useStore((store) => store.width);
  const height = useStore((store) => store.height);
  const isPlaced = useRef(false);
  useEffect(() => {
    const place = layout.states.find(({ id }) => id === lit);
    if (!isFollowing || !place || width === 0) return;
    const { x, y, zoom } = getViewport();
    const { corner } = place;
    const left = corner.x * zoom + x;
    const top = corner.y * zoom + y;
    const isInSight =
      left > edgePx &&
      top > edgePx &&
      left + place.width * zoom < width - edgePx &&
      top + place.height * zoom < height - edgePx;
    if (isPlaced.current && isInSight) return;
    const isCalm = !isPlaced.current || matchMedia('(prefers-reduced-motion: reduce)').matches;
    isPlaced.current = true;
    const nextZoom = Math.max(followZoom, zoom);
    const frame = frameOf(layout, place, { width: width / nextZoom, height: height / nextZoom });
    void setCenter(frame.corner.x + frame.width / 2, frame.corner.y + frame.height / 2, {
      zoom: nextZoom,
      duration: isCalm ? 0 : followMs,
    });
  }, [isFollowing, layout, lit, width, height, getViewport, setCenter]);
}

function elementsOf(chart: Chart, layout: Layout, lit: Lit) {
  const states = new Map(chart.states.map((state) => [state.id, state]));
  const active = new Set(lit.states);
  const nodes: Node<StateNodeData>[] = layout.states.flatMap(({ id, parent, x, y, width, height }) => {
    const state = states.get(id);
    if (!state) return [];
    const isActive = active.has(id);
    return {
      id,
      type: 'state',
      position: { x, y },
      width,
      height,
      // The machine itself is everywhere; it would colour the whole map.
      className: isActive && parent !== undefined ? 'active' : '',
      ...(parent !== undefined && { parentId: parent }),
      data: { state, notes: notesOf(state), isActive, isInnermost: lit.states.at(-1) === id },
    };
  });
  const edges: Edge<ArrowEdgeData>[] = layout.arrows.map(({ id, source, target, points, labels }) => {
    const isTaken = lit.arrows.has(id);
    return {
      id,
      type: 'arrow',
      source,
      target,
      zIndex: isTaken ? 1_001 : 1_000,
      data: { points, labels, isTaken, step: isTaken ? lit.step : 0 },
    };
  });
  return { nodes, edges };
}
