import { confirm, isCancel, select, text } from '@clack/prompts';
import { printable } from '../core/printable.ts';

/** One answer of a question. */
export interface Choice<Answer extends string> {
  readonly answer: Answer;
  readonly label: string;
  readonly hint?: string;
}

/** Questions on the terminal. What a plugin wrote is shown with its control characters escaped; giving up is `undefined`. */
export interface Asker {
  choose<Answer extends string>(
    message: readonly string[],
    choices: readonly Choice<Answer>[],
    signal: AbortSignal,
  ): Promise<Answer | undefined>;
  write(message: string, placeholder: string, signal: AbortSignal): Promise<string | undefined>;
}

export const terminalAsker: Asker = {
  async choose(message, choices, signal) {
    const options = choices.map(({ answer, label, hint }) => ({
      value: answer,
      label: printable(label),
      ...(hint !== undefined && { hint: printable(hint) }),
    }));
    const answer = await select<string>({ message: message.map(printable).join('\n'), options, signal });
    return choices.find((choice) => choice.answer === answer)?.answer;
  },
  async write(message, placeholder, signal) {
    const answer = await text({ message: printable(message), placeholder: printable(placeholder), signal });
    return isCancel(answer) || answer === '' ? undefined : answer;
  },
};

/** Yes or no; giving up is no. */
export async function confirmed(message: string): Promise<boolean> {
  return (await confirm({ message: printable(message), initialValue: false })) === true;
}
