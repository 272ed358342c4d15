import { stop } from 'esbuild';

/** esbuild keeps one process for all of ours; it ends when the last holder lets go. */
let holders = 0;

/** Keeps esbuild's process warm until disposed. It starts with the first bundle, not before. */
export function holdScriptCompiler(): AsyncDisposable {
  let isHeld = true;
  holders++;
  return {
    async [Symbol.asyncDispose]() {
      if (!isHeld) return;
      isHeld = false;
      holders--;
      if (holders === 0) await stop();
    },
  };
}
