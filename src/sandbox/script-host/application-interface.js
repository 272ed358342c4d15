import { call } from 'signalbox:plugin/script-calls@0.1.0';
import { kebab, parse } from './json.js';

/**
 * An interface of the host application. Which functions it has is known to the host alone, so each name is one until it is called. They are
 * inherited: that is what is left of a module when the bundler has copied its own properties.
 */
export function applicationInterface(interfaceName) {
  const members = new Proxy(Object.create(null), {
    get(_target, member) {
      if (typeof member !== 'string' || notMembers.includes(member)) return undefined;
      return (...args) => callApplication(interfaceName, kebab(member), args);
    },
  });
  return Object.create(members);
}

/** What engine and bundler ask every object for. */
const notMembers = ['then', 'toJSON', '__esModule'];

function callApplication(interfaceName, functionName, args) {
  try {
    return parse(call(interfaceName, functionName, JSON.stringify(args)))[0];
  } catch (error) {
    const name = `${interfaceName}#${functionName}`;
    switch (error?.payload?.tag) {
      case 'invalid':
        throw new TypeError(`${name}: ${error.payload.val}`);
      case 'refused': {
        const [payload] = parse(error.payload.val);
        const fields = typeof payload === 'object' && payload !== null ? payload : { payload };
        throw Object.assign(new Error(`${name} was refused: ${JSON.stringify(payload)}`), fields);
      }
      default:
        throw error;
    }
  }
}
