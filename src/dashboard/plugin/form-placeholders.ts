import type { RJSFSchema, UiSchema } from '@rjsf/utils';

/** Fields that are left empty show what counts then. A default is not filled in: saving the form would write it into the file. */
export function placeholders({ properties = {} }: RJSFSchema): UiSchema {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, property]) => {
      const isText =
        typeof property === 'object' && ['string', 'integer', 'number'].includes(`${property.type}`);
      if (!isText || property.default === undefined) return [];
      return [[name, { 'ui:placeholder': `${property.default}, when left empty` }]];
    }),
  );
}
