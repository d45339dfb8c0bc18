// A component that is rendered anew only when what it is given has changed.
import { Component, type ComponentChildren, type ComponentType } from 'preact';

export function memo<Props extends object>(render: (props: Props) => ComponentChildren): ComponentType<Props> {
  return class Remembered extends Component<Props> {
    override shouldComponentUpdate(next: Props): boolean {
      const before = this.props as Readonly<Record<string, unknown>>;
      const after = next as Readonly<Record<string, unknown>>;
      return Object.keys(after).some((name) => name !== 'children' && after[name] !== before[name]);
    }

    override render() {
      return render(this.props);
    }
  };
}
