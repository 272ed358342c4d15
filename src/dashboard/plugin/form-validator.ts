import {
  type RJSFSchema,
  type RJSFValidationError,
  toErrorSchema,
  type ValidationData,
  type ValidatorType,
} from '@rjsf/utils';
import type { TLocalizedValidationError } from 'typebox/error';
import { Check, Errors } from 'typebox/schema';

/**
 * Checks the form with what the runtime checks configs with. The usual validator of such forms compiles schemas to code, which
 * the policy of this page forbids; this one walks them.
 */
export const formValidator: ValidatorType = {
  validateFormData: (value: unknown, schema: RJSFSchema): ValidationData<unknown> => {
    const errors = errorsOf(schema, value);
    return { errors, errorSchema: toErrorSchema(errors) };
  },
  // A part of a schema may point into the whole of it.
  isValid: (schema: RJSFSchema, value: unknown, root: RJSFSchema) =>
    Check({ ...schema, $defs: root.$defs, definitions: root.definitions }, value),
  rawValidation: <Result>() => ({ errors: [] as Result[] }),
};

function errorsOf(schema: RJSFSchema, value: unknown): RJSFValidationError[] {
  const [, errors] = Errors(schema, value);
  return errors.flatMap((error) => places(error).map((place) => told(error, place)));
}

/** A missing property is an error of the object that lacks it; the form shows it where the property belongs. */
function places(error: TLocalizedValidationError): readonly string[] {
  const place = error.instancePath.split('/').slice(1).map(unescaped);
  if (error.keyword !== 'required') return [dotted(place)];
  return error.params.requiredProperties.map((name) => dotted([...place, name]));
}

function told({ keyword, message }: TLocalizedValidationError, property: string): RJSFValidationError {
  const text = keyword === 'required' ? 'must be given' : message;
  return { name: keyword, property, message: text, stack: `${property.slice(1) || 'The config'} ${text}` };
}

function dotted(place: readonly string[]): string {
  return place.map((part) => `.${part}`).join('');
}

/** JSON pointers, RFC 6901. */
function unescaped(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}
