/** Files of a package; apart from what makes them, whose libraries no request has to wait for. */
export const XML_NAME = 'application-body.xml';
export const DOCX_NAME = 'application.docx';
export const PDF_NAME = 'application.pdf';
export const MANIFEST_NAME = 'manifest.json';
