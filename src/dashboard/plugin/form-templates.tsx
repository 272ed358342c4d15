import { type ArrayFieldItemTemplateProps, getTemplate, type IconButtonProps } from '@rjsf/utils';

/** The form library draws its buttons with the icons of a kit; ours say what they do. */
function WordButton({
  id,
  disabled,
  onClick,
  word,
  says,
}: IconButtonProps & { word: string; says?: string }) {
  return (
    <button
      type="button"
      id={id}
      className="button small"
      aria-label={says}
      disabled={disabled}
      onClick={onClick}
    >
      {word}
    </button>
  );
}

function AddButton(props: IconButtonProps) {
  return <WordButton {...props} word="Add" />;
}

function RemoveButton(props: IconButtonProps) {
  return <WordButton {...props} word="Remove" />;
}

function CopyButton(props: IconButtonProps) {
  return <WordButton {...props} word="Copy" />;
}

function ClearButton(props: IconButtonProps) {
  return <WordButton {...props} word="Clear" />;
}

function MoveUpButton(props: IconButtonProps) {
  return <WordButton {...props} word="↑" says="Move up" />;
}

function MoveDownButton(props: IconButtonProps) {
  return <WordButton {...props} word="↓" says="Move down" />;
}

function ArrayItem({ children, buttonsProps, hasToolbar, registry }: ArrayFieldItemTemplateProps) {
  const Buttons = getTemplate('ArrayFieldItemButtonsTemplate', registry);
  return (
    <div className="array-item">
      <div className="array-item-value">{children}</div>
      {hasToolbar && (
        <div className="array-item-buttons">
          <Buttons {...buttonsProps} />
        </div>
      )}
    </div>
  );
}

export const formTemplates = {
  ArrayFieldItemTemplate: ArrayItem,
  ButtonTemplates: { AddButton, CopyButton, MoveDownButton, MoveUpButton, RemoveButton, ClearButton },
};
