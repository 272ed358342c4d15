import Form from '@rjsf/core';
import type { RJSFSchema } from '@rjsf/utils';
import { useState } from 'react';
import { type PluginAbout, pluginAboutSchema } from '../../wire/plugin-about.ts';
import type { PluginReport } from '../../wire/plugin-status.ts';
import { type ApiProblem, problemIn } from '../api/client.ts';
import { useLive, useLiveClient } from '../live/live-context.ts';
import { useRemote } from '../live/use-remote.ts';
import { ErrorNotice } from '../parts/error-notice.tsx';
import { Empty, ProblemNotice, RemoteView } from '../parts/remote-view.tsx';
import { useToast } from '../parts/toasts.tsx';
import { configChanges } from './config-changes.ts';
import { placeholders } from './form-placeholders.ts';
import { formTemplates } from './form-templates.tsx';
import { formValidator } from './form-validator.ts';

export function ConfigTab({ plugin }: { readonly plugin: PluginReport }) {
  const { id } = plugin;
  const { config } = useLive().board;
  const about = useRemote(
    `about ${id}`,
    (client, signal) => client.get(`/plugins/${encodeURIComponent(id)}/about`, pluginAboutSchema, signal),
    { mark: `${config.fingerprint} ${plugin.digest}` },
  );
  return (
    <section className="config" aria-label="Config">
      <RemoteView remote={about} what="The config">
        {(known) => <Settings id={id} about={known} />}
      </RemoteView>
    </section>
  );
}

/** What is wrong stands at the fields; the library would write it to the console as well. */
function nothingMore(): void {}

type SettingsTable = Readonly<Record<string, unknown>>;

function Settings({ id, about }: { readonly id: string; readonly about: PluginAbout }) {
  const { entry, manifest, problem } = about;
  const schema = schemaIn(manifest?.config_schema);
  if (!entry) return <Empty>No entry of the config names it, so it has no settings. Enable it first.</Empty>;
  return (
    <>
      {manifest?.description !== undefined && <p>{manifest.description}</p>}
      {problem && <ErrorNotice error={problem} />}
      {schema ? (
        <SettingsForm key={id} id={id} schema={schema} saved={entry.config} />
      ) : (
        <>
          <p className="muted">Its manifest has no schema for settings, so there is no form. They are:</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <pre className="raw" tabIndex={0}>
            {JSON.stringify(entry.config, undefined, 2)}
          </pre>
        </>
      )}
    </>
  );
}

interface SettingsFormProps {
  readonly id: string;
  readonly schema: RJSFSchema;
  /** As in the config file. */
  readonly saved: SettingsTable;
}

function SettingsForm({ id, schema, saved }: SettingsFormProps) {
  const live = useLiveClient();
  const { link } = useLive();
  const toast = useToast();
  /** What was edited, and what the file said when that began. */
  const [draft, setDraft] = useState<{ readonly base: SettingsTable; readonly value: SettingsTable }>();
  const [problem, setProblem] = useState<ApiProblem>();
  const [isSaving, setSaving] = useState(false);
  const isOvertaken = draft !== undefined && Object.keys(configChanges(draft.base, saved)).length > 0;

  const save = async (value: SettingsTable): Promise<void> => {
    const config = configChanges(draft?.base ?? saved, value);
    setProblem(undefined);
    if (Object.keys(config).length === 0) return toast({ text: 'Nothing was changed', tone: 'fine' });
    setSaving(true);
    try {
      await live.client.send('PATCH', `/config/entries/${encodeURIComponent(id)}`, { config });
      setDraft(undefined);
      toast({ text: `The config of ${id} is saved`, tone: 'fine' });
    } catch (thrown) {
      setProblem(problemIn(thrown));
    } finally {
      setSaving(false);
    }
  };

  return (
    <>
      {isOvertaken && (
        <div className="notice notice-waiting" role="alert">
          <p>The config file was changed meanwhile. Saving writes your changes over it.</p>
          <button type="button" className="button" onClick={() => setDraft(undefined)}>
            Show the file's
          </button>
        </div>
      )}
      {problem && <ProblemNotice problem={problem} />}
      <Form
        className="rjsf"
        schema={schema}
        validator={formValidator}
        templates={formTemplates}
        formData={draft?.value ?? saved}
        uiSchema={placeholders(schema)}
        // Errors stand at their fields, and the browser's own bubbles would come before them.
        noHtml5Validate
        showErrorList={false}
        focusOnFirstError
        onError={nothingMore}
        liveValidate="onChange"
        experimental_defaultFormStateBehavior={{
          emptyObjectFields: 'skipDefaults',
          arrayMinItems: { populate: 'never' },
        }}
        onChange={({ formData }) => {
          const value = tableIn(formData);
          const base = draft?.base ?? saved;
          const isChanged = Object.keys(configChanges(base, value)).length > 0;
          setDraft(isChanged ? { base, value } : undefined);
        }}
        onSubmit={({ formData }) => void save(tableIn(formData))}
      >
        <div className="actions">
          <button
            type="submit"
            className="button primary"
            disabled={isSaving || draft === undefined || link.state !== 'live'}
          >
            Save
          </button>
          <button
            type="button"
            className="button"
            disabled={draft === undefined}
            onClick={() => setDraft(undefined)}
          >
            Undo
          </button>
          <span className="muted">Saving edits the config file; comments in it stay.</span>
        </div>
      </Form>
    </>
  );
}

function tableIn(value: unknown): SettingsTable {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** An author's schema is any JSON; only one of a table can be a form. */
function schemaIn(value: unknown): RJSFSchema | undefined {
  const isTable = typeof value === 'object' && value !== null && 'type' in value && value.type === 'object';
  return isTable ? { title: 'Settings', ...value, type: 'object' } : undefined;
}
