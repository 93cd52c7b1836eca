import type {ColourName} from './chart-spec.ts';

export type Palette = Readonly<Record<ColourName | 'grid' | 'band' | 'simulated' | 'background', string>>;

/** Okabe and Ito's colours, which most colour-blind readers tell apart; shapes and dashes say the same. */
export const lightPalette: Palette = {
  ...{baseline: '#0072b2', candidate: '#c04a00', text: '#1b1f24', limit: '#b3261e', floor: '#6b7280', void: '#b3261e'},
  ...{weights: '#0072b2', kvPool: '#56b4e9', graphs: '#009e73', other: '#8a8f98'},
  ...{served: '#8fbfa3', refused: '#e69f00', failed: '#b3261e', lost: '#1b1f24'},
  ...{chat: '#7b3fa0', embed: '#00805f', rerank: '#9a6700'},
  ...{grid: '#e2e5e9', band: '#1b1f240d', simulated: '#b3261e1c', background: '#ffffff'},
};

export const darkPalette: Palette = {
  ...{baseline: '#6cb8f0', candidate: '#ff9d52', text: '#e8eaed', limit: '#ff8a80', floor: '#9aa3af', void: '#ff8a80'},
  ...{weights: '#6cb8f0', kvPool: '#2f6f9f', graphs: '#3fc79a', other: '#8a8f98'},
  ...{served: '#3d7557', refused: '#f2cc60', failed: '#ff8a80', lost: '#e8eaed'},
  ...{chat: '#cba6f0', embed: '#3fc79a', rerank: '#e0b040'},
  ...{grid: '#363b42', band: '#ffffff12', simulated: '#ff8a8026', background: '#16191d'},
};
