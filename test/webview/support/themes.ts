/** What VS Code's own themes give the variables our pages read. */
export interface ThemeFixture {
  readonly bodyClass: string;
  readonly variables: Readonly<Record<string, string>>;
}

const font = { 'font-family': 'system-ui, "Ubuntu", "Droid Sans", sans-serif' };

export const themes = {
  'dark-modern': {
    bodyClass: 'vscode-dark',
    variables: {
      ...font,
      'editor-background': '#1f1f1f',
      'editor-foreground': '#cccccc',
      'sideBar-background': '#181818',
      descriptionForeground: '#9d9d9d',
      'panel-border': '#2b2b2b',
      focusBorder: '#0078d4',
      'textLink-foreground': '#4daafc',
      errorForeground: '#f85149',
      'button-background': '#0078d4',
      'button-foreground': '#ffffff',
      'button-hoverBackground': '#026ec1',
      'toolbar-hoverBackground': 'rgba(90, 93, 94, 0.31)',
      'input-placeholderForeground': '#989898',
      'progressBar-background': '#0078d4',
    },
  },
  'light-modern': {
    bodyClass: 'vscode-light',
    variables: {
      ...font,
      'editor-background': '#ffffff',
      'editor-foreground': '#3b3b3b',
      'sideBar-background': '#f8f8f8',
      descriptionForeground: '#3b3b3b',
      'panel-border': '#e5e5e5',
      focusBorder: '#005fb8',
      'textLink-foreground': '#005fb8',
      errorForeground: '#f85149',
      'button-background': '#005fb8',
      'button-foreground': '#ffffff',
      'button-hoverBackground': '#0258a8',
      'toolbar-hoverBackground': 'rgba(184, 184, 184, 0.31)',
      'input-placeholderForeground': '#767676',
      'progressBar-background': '#005fb8',
    },
  },
  'high-contrast': {
    bodyClass: 'vscode-high-contrast',
    variables: {
      ...font,
      'editor-background': '#000000',
      'editor-foreground': '#ffffff',
      'sideBar-background': '#000000',
      descriptionForeground: 'rgba(255, 255, 255, 0.7)',
      'panel-border': '#6fc3df',
      contrastBorder: '#6fc3df',
      contrastActiveBorder: '#f38518',
      focusBorder: '#f38518',
      'textLink-foreground': '#21a6ff',
      errorForeground: '#f48771',
      'button-foreground': '#ffffff',
      'button-background': '#000000',
      'button-border': '#6fc3df',
      'input-placeholderForeground': 'rgba(255, 255, 255, 0.7)',
      'progressBar-background': '#6fc3df',
    },
  },
  'high-contrast-light': {
    bodyClass: 'vscode-high-contrast-light',
    variables: {
      ...font,
      'editor-background': '#ffffff',
      'editor-foreground': '#292929',
      'sideBar-background': '#ffffff',
      descriptionForeground: 'rgba(41, 41, 41, 0.7)',
      'panel-border': '#0f4a85',
      contrastBorder: '#0f4a85',
      contrastActiveBorder: '#006bbd',
      focusBorder: '#006bbd',
      'textLink-foreground': '#0f4a85',
      errorForeground: '#b5200d',
      'button-foreground': '#ffffff',
      'button-background': '#0f4a85',
      'button-hoverBackground': '#0f4a85',
      'input-placeholderForeground': 'rgba(41, 41, 41, 0.7)',
      'progressBar-background': '#0f4a85',
    },
  },
} satisfies Record<string, ThemeFixture>;

export type ThemeName = keyof typeof themes;
