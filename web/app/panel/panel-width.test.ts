import { expect, it } from 'vitest';
import { maxPanelWidth, PANEL_WIDTH, panelWidth, widthByKey } from './panel-width.ts';

it('the panel has the width that was chosen, as far as the text keeps its room', () => {
  expect(panelWidth(null, 1280)).toBe(PANEL_WIDTH.initial);
  expect(panelWidth(412.4, 1280)).toBe(412);
  expect(panelWidth(2_000, 1280)).toBe(1280 - PANEL_WIDTH.textMin);
  expect(panelWidth(10, 1280)).toBe(PANEL_WIDTH.min);
});

it('a window too narrow for both gives the panel its smallest width', () => {
  expect(panelWidth(300, 400)).toBe(PANEL_WIDTH.min);
  expect(maxPanelWidth(0)).toBe(PANEL_WIDTH.min);
});

it('arrow keys move the edge in steps, Home and End to its ends, and no other key does', () => {
  expect(widthByKey('ArrowLeft', 300, 1280)).toBe(316);
  expect(widthByKey('ArrowRight', 300, 1280)).toBe(284);
  expect(widthByKey('ArrowRight', PANEL_WIDTH.min, 1280)).toBe(PANEL_WIDTH.min);
  expect(widthByKey('ArrowLeft', 960, 1280)).toBe(960);
  expect(widthByKey('Home', 300, 1280)).toBe(PANEL_WIDTH.min);
  expect(widthByKey('End', 300, 1280)).toBe(960);
  expect(widthByKey('a', 300, 1280)).toBeNull();
});
