/**
 * The schemas of the files for Windows and macOS: the parts of MS-TSCH 2.5 and of Apple's property
 * lists that a service uses, and the types of the keys that launchd.plist(5) documents.
 *
 * @module
 */

/** XML Schema of a task. What is missing here is not used, and is refused. */
export const TASK_SCHEMA = `<?xml version="1.0"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"
  xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"
  xmlns:t="http://schemas.microsoft.com/windows/2004/02/mit/task"
  targetNamespace="http://schemas.microsoft.com/windows/2004/02/mit/task">
<xs:element name="Task"><xs:complexType><xs:all>
  <xs:element name="RegistrationInfo" minOccurs="0"><xs:complexType><xs:all>
    <xs:element name="Author" type="xs:string" minOccurs="0"/>
    <xs:element name="Description" type="xs:string" minOccurs="0"/>
  </xs:all></xs:complexType></xs:element>
  <xs:element name="Triggers" minOccurs="0"><xs:complexType>
    <xs:choice minOccurs="0" maxOccurs="48">
      <xs:element name="BootTrigger"><xs:complexType><xs:sequence>
        <xs:element name="Enabled" type="xs:boolean" minOccurs="0"/>
        <xs:element name="Delay" type="xs:duration" minOccurs="0"/>
      </xs:sequence></xs:complexType></xs:element>
    </xs:choice>
  </xs:complexType></xs:element>
  <xs:element name="Principals" minOccurs="0"><xs:complexType><xs:sequence>
    <xs:element name="Principal"><xs:complexType><xs:all>
      <xs:element name="UserId" type="xs:string" minOccurs="0"/>
      <xs:element name="RunLevel" minOccurs="0"><xs:simpleType><xs:restriction base="xs:string">
        <xs:enumeration value="LeastPrivilege"/><xs:enumeration value="HighestAvailable"/>
      </xs:restriction></xs:simpleType></xs:element>
    </xs:all><xs:attribute name="id" type="xs:string"/></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
  <xs:element name="Settings" minOccurs="0"><xs:complexType><xs:all>
    <xs:element name="MultipleInstancesPolicy" minOccurs="0"><xs:simpleType>
      <xs:restriction base="xs:string"><xs:enumeration value="Parallel"/>
        <xs:enumeration value="Queue"/><xs:enumeration value="IgnoreNew"/>
        <xs:enumeration value="StopExisting"/></xs:restriction>
    </xs:simpleType></xs:element>
    <xs:element name="DisallowStartIfOnBatteries" type="xs:boolean" minOccurs="0"/>
    <xs:element name="StopIfGoingOnBatteries" type="xs:boolean" minOccurs="0"/>
    <xs:element name="ExecutionTimeLimit" type="xs:duration" minOccurs="0"/>
    <xs:element name="Priority" minOccurs="0"><xs:simpleType><xs:restriction base="xs:byte">
      <xs:minInclusive value="0"/><xs:maxInclusive value="10"/>
    </xs:restriction></xs:simpleType></xs:element>
    <xs:element name="RestartOnFailure" minOccurs="0"><xs:complexType><xs:all>
      <xs:element name="Interval"><xs:simpleType><xs:restriction base="xs:duration">
        <xs:minInclusive value="PT1M"/><xs:maxInclusive value="P31D"/>
      </xs:restriction></xs:simpleType></xs:element>
      <xs:element name="Count"><xs:simpleType><xs:restriction base="xs:unsignedByte">
        <xs:minInclusive value="1"/>
      </xs:restriction></xs:simpleType></xs:element>
    </xs:all></xs:complexType></xs:element>
  </xs:all></xs:complexType></xs:element>
  <xs:element name="Actions"><xs:complexType><xs:choice maxOccurs="32">
    <xs:element name="Exec"><xs:complexType><xs:all>
      <xs:element name="Command" type="xs:string"/>
      <xs:element name="Arguments" type="xs:string" minOccurs="0"/>
      <xs:element name="WorkingDirectory" type="xs:string" minOccurs="0"/>
    </xs:all></xs:complexType></xs:element>
  </xs:choice><xs:attribute name="Context" type="xs:string"/></xs:complexType></xs:element>
</xs:all><xs:attribute name="version"><xs:simpleType><xs:restriction base="xs:string">
  <xs:pattern value="1\\.[1-4]"/>
</xs:restriction></xs:simpleType></xs:attribute></xs:complexType>
<xs:key name="Principal">
  <xs:selector xpath="t:Principals/t:Principal"/><xs:field xpath="@id"/>
</xs:key>
<xs:keyref name="Context" refer="Principal">
  <xs:selector xpath="t:Actions"/><xs:field xpath="@Context"/>
</xs:keyref>
</xs:element>
</xs:schema>
`;

/** Document type of a property list. */
export const PLIST_TYPE = `
<!ENTITY % object "(array|dict|string|true|false|integer|real|date|data)">
<!ELEMENT plist %object;>
<!ATTLIST plist version CDATA "1.0">
<!ELEMENT array (array|dict|string|true|false|integer|real|date|data)*>
<!ELEMENT dict (key, (array|dict|string|true|false|integer|real|date|data))*>
<!ELEMENT key (#PCDATA)> <!ELEMENT string (#PCDATA)> <!ELEMENT integer (#PCDATA)>
<!ELEMENT real (#PCDATA)> <!ELEMENT date (#PCDATA)> <!ELEMENT data (#PCDATA)>
<!ELEMENT true EMPTY> <!ELEMENT false EMPTY>
`;

/** The keys at the top, and which elements their values may be. */
export const LAUNCHD_KEYS: Readonly<Record<string, RegExp>> = {
  Label: /^string$/,
  ProgramArguments: /^array$/,
  UserName: /^string$/,
  EnvironmentVariables: /^dict$/,
  Umask: /^(integer|string)$/,
  RunAtLoad: /^(true|false)$/,
  KeepAlive: /^(true|false|dict)$/,
  ThrottleInterval: /^integer$/,
  ExitTimeOut: /^integer$/,
  ProcessType: /^string$/,
  SoftResourceLimits: /^dict$/,
  HardResourceLimits: /^dict$/,
  StandardErrorPath: /^string$/,
};
