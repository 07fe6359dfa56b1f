"""A service's WSDL: every declared element, in order.

No real one is public. Assumed here: document style, all values text (a blank is a value to Spectrum, so nothing can be
declared a number), all elements of a request present.
"""

from collections.abc import Iterable

from erp_bridge_spectrum.simulator.elements import Service
from erp_bridge_spectrum.simulator.soap import TYPES

_PUT_ROW = ("error_code", "desc", "column")


def write_wsdl(service: Service, url: str, *, qualified: str) -> str:
    """The WSDL of a service called at `url`; `qualified` is what the schema says of child elements in requests."""
    method = service.name
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" '
        'xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
        f'xmlns:nis="{TYPES}" targetNamespace="{TYPES}" name="{method}">'
        f"<wsdl:types>{_schema(service, qualified)}</wsdl:types>"
        f"{_message(f'{method}Request', method)}{_message(f'{method}Response', f'{method}Response')}"
        f'<wsdl:portType name="{method}Port"><wsdl:operation name="{method}">'
        f'<wsdl:input message="nis:{method}Request"/><wsdl:output message="nis:{method}Response"/>'
        "</wsdl:operation></wsdl:portType>"
        f'<wsdl:binding name="{method}Binding" type="nis:{method}Port">'
        '<soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>'
        f'<wsdl:operation name="{method}"><soap:operation soapAction="{url}"/>'
        '<wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output>'
        "</wsdl:operation></wsdl:binding>"
        f'<wsdl:service name="{method}"><wsdl:port name="{method}" binding="nis:{method}Binding">'
        f'<soap:address location="{url}"/></wsdl:port></wsdl:service></wsdl:definitions>'
    )


def _schema(service: Service, qualified: str) -> str:
    request = "".join(
        f'<xsd:element name="{each.name}" type="xsd:string" form="{qualified}"/>' for each in service.request
    )
    answer = _sequence(_inside("returnArray", _inside("returnData", _answer(service))))
    return (
        f'<xsd:schema targetNamespace="{TYPES}">'
        f'<xsd:element name="{service.name}">{_sequence(request)}</xsd:element>'
        f'<xsd:element name="{service.name}Response">{answer}'
        "</xsd:element></xsd:schema>"
    )


def _answer(service: Service) -> str:
    if not service.is_get:
        return _rows(_PUT_ROW)
    return _inside(service.name[0].lower() + service.name[1:], _rows(service.rows))


def _rows(names: Iterable[str]) -> str:
    columns = "".join(f'<xsd:element name="{name}" type="xsd:string"/>' for name in names)
    return f'<xsd:element name="response" minOccurs="0" maxOccurs="unbounded">{_sequence(columns)}</xsd:element>'


def _inside(name: str, content: str) -> str:
    return f'<xsd:element name="{name}">{_sequence(content)}</xsd:element>'


def _sequence(content: str) -> str:
    return f"<xsd:complexType><xsd:sequence>{content}</xsd:sequence></xsd:complexType>"


def _message(name: str, element: str) -> str:
    return f'<wsdl:message name="{name}"><wsdl:part name="parameters" element="nis:{element}"/></wsdl:message>'
