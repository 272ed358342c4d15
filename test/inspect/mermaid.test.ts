import { describe, expect, test } from 'vitest';
import { and, assign, fromPromise, not, setup } from 'xstate';
import { toMermaid } from '../../src/inspect/mermaid.ts';

const oven = setup({
  types: { events: {} as { type: 'door.open' | 'door.shut' | 'heat' | 'stop' } },
  actors: { preheat: fromPromise(async () => 200) },
  guards: { isEmpty: () => false, isClean: () => true },
  delays: { cooling: 500 },
  actions: { beep: () => {} },
}).createMachine({
  id: 'oven',
  initial: 'Idle',
  on: { stop: '.Idle' },
  states: {
    Idle: {
      on: {
        heat: { guard: and([not('isEmpty'), 'isClean']), target: 'Heating.warming' },
        'door.open': { actions: ['beep', assign({})] },
      },
    },
    Heating: {
      initial: 'warming',
      invoke: { src: 'preheat', onDone: '.hot', onError: 'Broken' },
      states: {
        warming: {},
        hot: { after: { 1000: 'cold', cooling: { target: 'cold', guard: 'isEmpty' } } },
        cold: { type: 'final' },
      },
      onDone: 'Idle',
      on: { heat: { target: 'Heating', reenter: true } },
    },
    Broken: { always: { guard: 'isClean', target: 'Idle' } },
  },
});

describe('a machine as Mermaid', () => {
  test('shows states, substates, triggers, guards, delays and invoked actors', () => {
    expect(toMermaid(oven)).toBe(
      `stateDiagram-v2
  state "oven" as oven {
    [*] --> oven_Idle
    state "Idle" as oven_Idle
    oven_Idle: door.open / beep, assign
    oven_Idle --> oven_Heating_warming: heat [not isEmpty and isClean]
    state "Heating" as oven_Heating {
      [*] --> oven_Heating_warming
      state "warming" as oven_Heating_warming
      state "hot" as oven_Heating_hot
      oven_Heating_hot --> oven_Heating_cold: after 1000 ms
      oven_Heating_hot --> oven_Heating_cold: after cooling [isEmpty]
      state "cold" as oven_Heating_cold
      oven_Heating_cold --> [*]
    }
    note right of oven_Heating
      invoke preheat
      heat → itself
      done preheat → hot
    end note
    oven_Heating --> oven_Idle: done
    oven_Heating --> oven_Broken: error preheat
    state "Broken" as oven_Broken
    oven_Broken --> oven_Idle: always [isClean]
  }
  note right of oven
    stop → Idle
  end note
`,
    );
  });

  test('parallel regions are divided', () => {
    const machine = setup({}).createMachine({
      id: 'pair',
      type: 'parallel',
      states: { left: {}, right: {} },
    });
    expect(toMermaid(machine)).toBe(
      `stateDiagram-v2
  state "pair" as pair {
    state "left" as pair_left
    --
    state "right" as pair_right
  }
`,
    );
  });

  test('nothing in a name ends a label early', () => {
    const machine = setup({}).createMachine({
      id: 'odd:name',
      initial: 'a b',
      states: { 'a b': { on: { 'x:y;z\n"q"': 'c' } }, c: {} },
    });
    expect(toMermaid(machine)).toContain(`odd_name_a_b --> odd_name_c: x y z 'q'\n`);
  });
});
