// What a screen is given: the rest of the address behind its own name.
export interface ScreenProps {
  /** `['orders', 'history']` at /console/rules/orders/history. */
  readonly rest: readonly string[];
}
