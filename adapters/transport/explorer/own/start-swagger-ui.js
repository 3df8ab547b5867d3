'use strict';

const root = document.getElementById('explorer');
SwaggerUIBundle({
  url: root.dataset.path,
  domNode: root,
  presets: [SwaggerUIBundle.presets.apis],
  validatorUrl: null, // or it would ask another host for a badge
  persistAuthorization: false,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: 0, // they are shown with the operations, and at the end for who opens that
});
