import { stop } from 'esbuild';

/** esbuild keeps one process for the whole of ours, starts it again when it is needed, and is ended with the last holder. */
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
