import type { CoscribeEditorElement, ElementEventMap } from 'coscribe/editor';
import type { HTMLAttributes, RefAttributes } from 'react';

/** What the tag can be given, by the names of the element's properties. */
type Properties = Partial<
  Pick<
    CoscribeEditorElement,
    | 'document'
    | 'extensions'
    | 'label'
    | 'language'
    | 'lineNumbers'
    | 'placeholder'
    | 'readOnly'
    | 'server'
    | 'theme'
    | 'token'
    | 'userColor'
    | 'userName'
  >
>;

/** React listens to the event `people` of an element when the property is called `onpeople`. */
type Events = { [Name in keyof ElementEventMap as `on${Name}`]?: (event: ElementEventMap[Name]) => void };

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'coscribe-editor': Properties &
        Events &
        RefAttributes<CoscribeEditorElement> &
        Pick<HTMLAttributes<CoscribeEditorElement>, 'className' | 'id' | 'style'>;
    }
  }
}
