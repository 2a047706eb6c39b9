/** The icon of the tab: a grain of wheat, which stays when the chaff is gone. */
export const iconSvg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="7" fill="#1a6a3f"/>
<g fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round">
<path d="M16 28V14m0 0c0-5 2.5-8.5 7-10 1 5-1.5 9-7 10Zm0 6c0-4.6-2.6-8-7-9.6C8.2 15 10.7 19 16 20Zm0 5c.5-4.2 3.2-6.8 7.5-7.8C23.3 21.6 21 24.4 16 25Z"/>
</g></svg>
`;
