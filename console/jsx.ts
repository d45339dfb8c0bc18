// What the build makes of JSX (infra/console/build.ts): calls with children as arguments compress better than objects that have them.
export { createElement, Fragment } from 'preact';
